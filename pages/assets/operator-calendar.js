// What each day is: holidays, make-up days, lessons. A school's terms, breaks and its own days, early release included.

import "./calendar-words.js";
import { byId, fill, h, icon, language, now, onLanguage, t, toast } from "./kit.js";
import { dateAfter, dateOf, weekdayOf } from "./garage-time.js";
import { editDay } from "./calendar-day.js";
import { drawSchool, editSpan } from "./calendar-school.js";
import { Frame } from "./operator-frame.js";
import { WEEKDAYS, weekdayWord } from "./share-words.js";
import { days, putSchoolCalendar, schoolCalendar, schools } from "./sharing-api.js";
import { isMakeUp, kindWords, warningNotes } from "./week-head.js";

let month = dateOf(now()).slice(0, 7);
let wished = null;
let found = null;
let school = null;
let known = null;

const firstOf = (of) => `${of}-01`;
const monthAfter = (of, n) => {
  const at = new Date(`${of}-15T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + n);
  return at.toISOString().slice(0, 7);
};
const lastOf = (of) => dateAfter(firstOf(monthAfter(of, 1)), -1);
const gridOf = (of) => [dateAfter(firstOf(of), -((weekdayOf(firstOf(of)) + 6) % 7)), dateAfter(lastOf(of), (7 - weekdayOf(lastOf(of))) % 7)];

const frame = new Frame({
  title: "calendar.title",
  everyMs: 300_000,
  async load({ id }) {
    const [from, to] = gridOf(month);
    const [grid, list] = await Promise.all([days(id, from, to), schools()]);
    const ours = list.schools.filter(({ garage }) => garage === id);
    const chosen = ours.find((it) => it.id === wished) ?? ours[0] ?? null;
    const calendar = chosen ? await schoolCalendar(chosen.id) : null;
    return () => {
      found = { ...grid, schools: ours };
      school = chosen;
      known = calendar && { ...calendar, json: { spans: [], days: [], ...calendar.json } };
    };
  },
  draw,
});

/** Writes the school's whole calendar, against what was read; `change(copy)` alters a copy of it. */
async function keep(change) {
  const calendar = structuredClone(known.json);
  change(calendar);
  try {
    known = await putSchoolCalendar(school.id, calendar, known.etag);
    toast(t("calendar.saved"), "good");
  } catch (error) {
    if (error.status === 412) frame.again();
    throw error;
  }
  frame.again();
}

function draw() {
  const title = new Intl.DateTimeFormat(language() === "zh" ? "zh-CN" : "en-GB", { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${month}-15T00:00:00Z`));
  byId("month-title").textContent = title;
  fill(byId("warnings"), warningNotes(found));
  byId("school-field").hidden = found.schools.length < 2;
  fill(byId("school"), found.schools.map((it) => h("option", { value: it.id, selected: it.id === school?.id }, it.name)));
  byId("how").textContent = school ? t("calendar.how", { school: school.name }) : t("calendar.no_school");
  byId("of-school").hidden = !known;
  drawMonth();
  if (known) drawSchool(known.json, keep, openDay);
}

function drawMonth() {
  const focused = document.activeElement?.dataset?.date;
  fill(byId("month"), found.days.map(cell));
  if (focused) byId("month").querySelector(`[data-date="${focused}"]`)?.focus({ preventScroll: true });
}

function cell(day) {
  const own = known?.json.days.find(({ date }) => date === day.date);
  const at = day.schools.find((it) => it.school === school?.id);
  const marks = [
    h("span", { class: "number date" }, String(Number(day.date.slice(8)))),
    h("span", { class: "kind" }, kindMark(day)),
    at ? h("span", { class: `lessons ${at.lessons}` }, lessonsMark(at)) : null,
    own ? h("span", { class: "own" }, t("calendar.own_mark")) : null,
    day.source === "assumed" ? h("span", { class: "guess" }, icon("warn")) : null,
  ];
  const classes = ["cell", day.kind, isMakeUp(day) ? "make-up" : "", day.date.slice(0, 7) === month ? "" : "other", day.date === dateOf(now()) ? "today" : ""];
  const label = [day.date, kindWords(day), at ? t(`calendar.lessons_${at.lessons}`, { n: at.earlier_minutes ?? 0 }) : null, own?.name, own ? t("calendar.own") : null, day.source === "assumed" ? t("head.assumed") : null];
  const attributes = { class: classes.filter(Boolean).join(" "), "data-date": day.date, "aria-label": label.filter(Boolean).join(t("list.comma")), title: label.filter(Boolean).join(t("list.comma")) };
  return h("li", {}, known ? h("button", { type: "button", ...attributes, onclick: () => openDay(day.date) }, marks) : h("div", attributes, marks));
}

const kindMark = (day) => (isMakeUp(day) ? t("calendar.mark_make_up", { weekday: weekdayWord(day.acts_as) }) : day.kind === "holiday" ? (day.name ?? t("kind.holiday")) : day.kind === "rest_day" ? t("calendar.mark_rest") : "");
const lessonsMark = ({ lessons, earlier_minutes }) => t(`calendar.mark_${lessons}`, { n: earlier_minutes ?? 0 });

function openDay(date) {
  editDay({ date, day: found.days.find((it) => it.date === date), own: known.json.days.find((it) => it.date === date), keep });
}

function turn(to) {
  month = to;
  frame.again();
}

byId("before").addEventListener("click", () => turn(monthAfter(month, -1)));
byId("after").addEventListener("click", () => turn(monthAfter(month, 1)));
byId("this").addEventListener("click", () => turn(dateOf(now()).slice(0, 7)));
byId("add-span").addEventListener("click", () => editSpan(null, keep));
byId("school").addEventListener("change", (event) => {
  wished = event.target.value;
  frame.again();
});

frame.start();
onLanguage(() => {
  fill(byId("weekdays"), WEEKDAYS.map((weekday) => h("span", {}, weekdayWord(weekday))));
  const items = [["holiday", t("kind.holiday")], ["rest_day", t("kind.rest_day")], ["make-up", t("calendar.make_up")], ["workday", t("kind.workday")]];
  fill(byId("legend"), items.map(([name, text]) => h("span", {}, h("i", { class: `cell tiny ${name}` }), text)));
});
