// Who owns which spaces when: a week of one pool, drawn day by day, and of all pools at a glance; windows, closures and rules, to be
// entered, changed and ended.

import "./week-words.js";
import { byId, dayClock, fill, h, now, onLanguage, t, toast } from "./kit.js";
import { endTheClosure, newClosure } from "./closure-form.js";
import { once } from "./dialog-form.js";
import { dateAfter, dateOf, instantOf, weekdayOf } from "./garage-time.js";
import { Frame, nameOf } from "./operator-frame.js";
import { keepFocus, oneStop, rove } from "./rove.js";
import { editRules } from "./rules-form.js";
import { AUDIENCES } from "./share-stack.js";
import { ruleName } from "./share-words.js";
import { closures, openings, windows } from "./sharing-api.js";
import { definePatterns, onWidth, swatch } from "./svg.js";
import { dayHead, warningNotes } from "./week-head.js";
import { drawClosures, drawConflicts, drawWindows } from "./week-lists.js";
import { drawPools } from "./week-pools.js";
import { drawRow } from "./week-row.js";
import { editWindow } from "./window-form.js";

/** Below this the words of a day are above its drawing, as in the style sheet. */
const NARROW = 700;
const HEAD_WIDTH = 150;
const BLOCKS = '[role="button"]';

const mondayOf = (date) => dateAfter(date, -((weekdayOf(date) + 6) % 7));

let monday = mondayOf(dateOf(now()));
let pool = null;
let width = 0;
// Of one garage and one moment: its openings, windows with conflicts, closures.
let seen = null;

const frame = new Frame({
  title: "week.title",
  everyMs: 60_000,
  async load(garage) {
    const asked = monday;
    const [week, rules, shut] = await Promise.all([openings(garage.id, asked, dateAfter(asked, 6)), windows(garage.id), closures(garage.id)]);
    return () => (seen = { garage, week, rules, shut });
  },
  draw: () => keepFocus(draw),
});

const windowOf = (id) => seen.rules.windows.find((window) => window.id === id);
const nameOfWindow = (id) => (id === "new" ? t("week.the_new_one") : windowOf(id) ? ruleName(windowOf(id).rule) : t("week.another"));
const poolOf = (id) => seen.week.pools.find((it) => it.id === id);

const context = () => ({ garage: seen.garage.id, pools: seen.week.pools, pool, nameOfWindow, done: () => frame.again() });

function change(id, opening) {
  const window = windowOf(id);
  if (window) editWindow({ ...context(), window, opening, suspend: opening && (() => newClosure({ ...context(), like: opening })) });
}

const open = (closure) => endTheClosure({ ...context(), closure });

function choosePool(id) {
  pool = id;
  keepFocus(draw);
}

const dayOf = (date) => dayClock(instantOf(date, "00:00")).replace(/ 00:00$/, "");

function draw() {
  const { week, rules, shut } = seen;
  if (!poolOf(pool)) pool = week.pools[0]?.id ?? null;
  const chosen = poolOf(pool);
  byId("pool-field").hidden = week.pools.length < 2;
  fill(byId("pool"), week.pools.map((it) => h("option", { value: it.id, selected: it.id === pool }, t("week.pool_of", { name: nameOf(it), n: it.size }))));
  fill(byId("warnings"), warningNotes(week));
  byId("week-title").textContent = chosen ? t("week.of", { name: nameOf(chosen), n: chosen.size, from: dayOf(week.days[0].date), to: dayOf(week.days.at(-1).date) }) : "";
  drawDays();
  drawConflicts(rules, nameOfWindow, change);
  drawWindows(rules, week.pools, change);
  drawClosures(shut, week.pools, open);
}

function drawDays() {
  if (!seen || !width || !poolOf(pool)) return;
  const { week, rules } = seen;
  const several = week.pools.length > 1;
  byId("pools").hidden = !several;
  if (several) fill(byId("pools"), drawPools(week, pool, width, now(), choosePool));
  const facts = {
    size: poolOf(pool).size,
    openings: week.openings.filter((opening) => opening.pool === pool),
    closures: week.closures.filter((closure) => !closure.pool || closure.pool === pool),
    locks: new Map(rules.windows.map(({ id, rule }) => [id, rule.lock_out])),
    doubted: new Set(rules.conflicts.flatMap((conflict) => conflict.windows)),
    now: now(),
  };
  const act = { opening: (opening) => change(opening.window, opening), closure: open };
  const row = (day) => h("li", { class: "day" }, dayHead(day), h("div", { class: "drawing" }, drawRow({ ...facts, date: day.date }, width, width < 500 ? 64 : 76, act)));
  fill(byId("week"), week.days.map(row));
  oneStop(byId("week"), BLOCKS);
}

function turn(to) {
  monday = to;
  frame.again();
}

byId("before").addEventListener("click", () => turn(dateAfter(monday, -7)));
byId("after").addEventListener("click", () => turn(dateAfter(monday, 7)));
byId("this").addEventListener("click", () => turn(mondayOf(dateOf(now()))));
byId("pool").addEventListener("change", (event) => choosePool(event.target.value));
byId("add-window").addEventListener("click", () => seen && editWindow({ ...context(), window: null }));
byId("add-closure").addEventListener("click", () => seen && newClosure(context()));
byId("rules").addEventListener("click", ({ currentTarget }) =>
  once(currentTarget, byId("work"), () => editRules(context()).catch((error) => toast(error.words ?? t("problem.unknown"), "bad"))));
rove(byId("week"), BLOCKS);

definePatterns();
frame.start();
onLanguage(() => {
  const items = [...AUDIENCES.map((audience) => [audience, `${t(`letter.${audience}`)} ${t(`audience.${audience}`)}`]), ["lock", t("week.legend_lock")], ["shut", t("week.legend_shut")]];
  fill(byId("legend"), items.map(([name, text]) => h("span", {}, swatch(name), text)));
});
onWidth(byId("frame"), (all) => {
  width = all < NARROW ? all : all - HEAD_WIDTH;
  keepFocus(drawDays);
});
