// Who owns which spaces when: a week of one pool, drawn day by day; its windows and closures, to be entered, changed and ended.

import "./week-words.js";
import { byId, dayClock, fill, h, icon, now, onLanguage, t } from "./kit.js";
import { dateAfter, dateOf, weekdayOf } from "./garage-time.js";
import { Frame, nameOf } from "./operator-frame.js";
import { AUDIENCES } from "./share-stack.js";
import { conflictWords, closureWords, daysWords, hoursWords, ruleName } from "./share-words.js";
import { closures, openings, windows } from "./sharing-api.js";
import { definePatterns, onWidth, swatch } from "./svg.js";
import { dayHead, warningNotes } from "./week-head.js";
import { drawRow } from "./week-row.js";
import { editWindow } from "./window-form.js";
import { endTheClosure, newClosure } from "./closure-form.js";

const mondayOf = (date) => dateAfter(date, -((weekdayOf(date) + 6) % 7));

let monday = mondayOf(dateOf(now()));
let pool = null;
let width = 0;
let week = null;
let rules = null;
let shut = null;

const frame = new Frame({
  title: "week.title",
  everyMs: 60_000,
  async load({ id }) {
    const asked = monday;
    const answers = await Promise.all([openings(id, asked, dateAfter(asked, 6)), windows(id), closures(id)]);
    return () => ([week, rules, shut] = answers);
  },
  draw,
});

const windowOf = (id) => rules.windows.find((window) => window.id === id);
const nameOfWindow = (id) => (id === "new" ? t("week.the_new_one") : windowOf(id) ? ruleName(windowOf(id).rule) : t("week.another"));
const poolOf = (id) => week.pools.find((it) => it.id === id);

const context = () => ({ garage: frame.garage.id, pools: week.pools, pool, nameOfWindow, done: () => frame.again() });

function openWindow(window, opening) {
  if (window) editWindow({ ...context(), window, opening, suspend: opening && (() => newClosure({ ...context(), like: opening })) });
}

function draw() {
  if (!poolOf(pool)) pool = week.pools[0]?.id ?? null;
  byId("pool-field").hidden = week.pools.length < 2;
  fill(byId("pool"), week.pools.map((it) => h("option", { value: it.id, selected: it.id === pool }, t("week.pool_of", { name: nameOf(it), n: it.size }))));
  fill(byId("warnings"), warningNotes(week));
  const title = poolOf(pool) ? t("week.of", { name: nameOf(poolOf(pool)), n: poolOf(pool).size, from: dayOf(monday), to: dayOf(dateAfter(monday, 6)) }) : "";
  byId("week-title").textContent = title;
  drawDays();
  drawConflicts();
  drawWindows();
  drawClosures();
}

const dayOf = (date) => dayClock(`${date}T00:00:00+08:00`).replace(/ 00:00$/, "");

function drawDays() {
  if (!week || !width || !poolOf(pool)) return;
  const locks = new Map(rules.windows.map(({ id, rule }) => [id, rule.lock_out]));
  const doubted = new Set(rules.conflicts.flatMap((conflict) => conflict.windows));
  const act = { opening: (opening) => openWindow(windowOf(opening.window), opening), closure: (closure) => endTheClosure({ ...context(), closure }) };
  const ours = ({ pool: of }) => of === pool;
  const here = ({ pool: of }) => !of || of === pool;
  const row = (day) => {
    const facts = { date: day.date, size: poolOf(pool).size, openings: week.openings.filter(ours), closures: week.closures.filter(here), locks, doubted, now: now() };
    return h("li", { class: "day" }, dayHead(day), h("div", { class: "drawing" }, drawRow(facts, width, width < 500 ? 64 : 76, act)));
  };
  const focused = document.activeElement?.dataset?.window;
  fill(byId("week"), week.days.map(row));
  if (focused) byId("week").querySelector(`[data-window="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function drawConflicts() {
  byId("conflicts").hidden = rules.conflicts.length === 0;
  const conflict = (it) => h("li", { class: `note ${it.refused ? "bad" : "warn"}` }, icon("warn"), h("span", {}, conflictWords(it, nameOfWindow)));
  fill(byId("conflict-list"), rules.conflicts.map(conflict));
}

function drawWindows() {
  const several = week.pools.length > 1;
  const line = (window) => {
    const { rule } = window;
    const where = several ? ` · ${poolOf(rule.pool) ? nameOf(poolOf(rule.pool)) : rule.pool}` : "";
    const text = h("span", { class: "grow" }, h("strong", {}, ruleName(rule)), h("span", {}, ` ${hoursWords(rule)} · ${t("week.spaces", { n: rule.quota })}${where}`), h("span", { class: "soft small below" }, daysWords(rule)));
    return h("li", {}, swatch(rule.audience), text, h("button", { type: "button", "aria-label": t("week.edit_named", { name: ruleName(rule) }), onclick: () => openWindow(window) }, t("week.edit")));
  };
  const lines = rules.windows.toSorted((a, b) => AUDIENCES.indexOf(a.rule.audience) - AUDIENCES.indexOf(b.rule.audience));
  fill(byId("windows"), lines.length ? lines.map(line) : h("li", { class: "empty" }, icon("clock"), t("week.no_windows")));
}

function drawClosures() {
  const line = (closure) =>
    h("li", {}, swatch("shut"), h("span", { class: "grow" }, closureWords(closure), h("span", { class: "soft small below" }, t("week.entered_by", { operator: closure.operator, at: dayClock(closure.created_at) }))),
      h("button", { type: "button", onclick: () => endTheClosure({ ...context(), closure }) }, t("week.reopen")));
  fill(byId("closures"), shut.closures.length ? shut.closures.map(line) : h("li", { class: "soft" }, t("week.no_closures")));
}

function turn(to) {
  monday = to;
  frame.again();
}

byId("before").addEventListener("click", () => turn(dateAfter(monday, -7)));
byId("after").addEventListener("click", () => turn(dateAfter(monday, 7)));
byId("this").addEventListener("click", () => turn(mondayOf(dateOf(now()))));
byId("pool").addEventListener("change", (event) => {
  pool = event.target.value;
  draw();
});
byId("add-window").addEventListener("click", () => week && editWindow({ ...context(), window: null }));
byId("add-closure").addEventListener("click", () => week && newClosure(context()));

definePatterns();
frame.start();
onLanguage(() => {
  const items = [...AUDIENCES.map((audience) => [audience, `${t(`letter.${audience}`)} ${t(`audience.${audience}`)}`]), ["lock", t("week.legend_lock")], ["shut", t("week.legend_shut")]];
  fill(byId("legend"), items.map(([name, text]) => h("span", {}, swatch(name), text)));
});
// The frame of the drawings: as wide as the list's right column.
onWidth(byId("week"), (all) => {
  width = all < 700 ? all : all - 150;
  drawDays();
});
