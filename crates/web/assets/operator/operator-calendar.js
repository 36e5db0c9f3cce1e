// What each day is and who says so: lists of the state and the city, terms, breaks and the school's own days, early release included.
//
// What is drawn is of the garage and the month that are chosen, or nothing is.

import "./calendar-words.js";
import { byId, fill, h, language, now, onLanguage, t } from "./kit.js";
import { dateAfter, dateOf, weekdayOf } from "./garage-time.js";
import { cellOf, LAYERS } from "./calendar-cell.js";
import { showDay } from "./calendar-day.js";
import { drawSchool, editSpan, editWeek } from "./calendar-school.js";
import { Frame } from "./operator-frame.js";
import { keepFocus, oneStop, rove } from "./rove.js";
import { WEEKDAYS, weekdayWord } from "./share-words.js";
import { days, putSchoolCalendar, schoolCalendar, schools } from "./sharing-api.js";
import { warningNotes } from "./week-head.js";

const DAY = "[data-date]";

let month = dateOf(now()).slice(0, 7);
/** The school that was chosen, where a garage has several. */
let wished = null;
/** `{ garage, month, days, warnings, schools, school, calendar, etag }`; the last three are null without a school. */
let seen = null;

const firstOf = (of) => `${of}-01`;
const monthAfter = (of, n) => {
  const at = new Date(`${of}-15T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + n);
  return at.toISOString().slice(0, 7);
};
const lastOf = (of) => dateAfter(firstOf(monthAfter(of, 1)), -1);
/** Whole weeks, Monday to Sunday. */
const gridOf = (of) => [dateAfter(firstOf(of), -((weekdayOf(firstOf(of)) + 6) % 7)), dateAfter(lastOf(of), (7 - weekdayOf(lastOf(of))) % 7)];

const frame = new Frame({
  title: "calendar.title",
  everyMs: 300_000,
  async load({ id }) {
    const of = month;
    if (seen && (!frame.loaded || seen.garage !== id || seen.month !== of)) forget();
    const [grid, list] = await Promise.all([days(id, ...gridOf(of)), schools()]);
    const ours = list.schools.filter(({ garage }) => garage === id);
    const school = ours.find((it) => it.id === wished) ?? ours[0] ?? null;
    const read = school ? await schoolCalendar(school.id) : null;
    return () => (seen = { ...grid, garage: id, month: of, schools: ours, school, calendar: read?.json ?? null, etag: read?.etag ?? null });
  },
  draw: () => keepFocus(draw),
});

/** Writes the school's whole calendar, against what was read; `change(copy)` alters a copy of it. */
async function keep(change) {
  const { school, etag } = seen;
  const copy = structuredClone(seen.calendar);
  change(copy);
  try {
    const written = await putSchoolCalendar(school.id, copy, etag);
    if (seen?.school?.id === school.id) Object.assign(seen, { calendar: written.json, etag: written.etag });
  } catch (error) {
    if (error.status === 412) frame.again();
    throw error;
  }
  frame.again();
  return t("calendar.saved");
}

function forget() {
  seen = null;
  frame.loaded = null;
  drawHead();
}

function drawHead() {
  const title = new Intl.DateTimeFormat(language() === "zh" ? "zh-CN" : "en-GB", { year: "numeric", month: "long", timeZone: "UTC" });
  byId("month-title").textContent = title.format(new Date(`${month}-15T00:00:00Z`));
  byId("loading").hidden = seen !== null;
  byId("seen").hidden = seen === null;
}

function draw() {
  drawHead();
  if (!seen) return;
  const { school, calendar } = seen;
  fill(byId("warnings"), warningNotes(seen));
  byId("school-field").hidden = seen.schools.length < 2;
  fill(byId("school"), seen.schools.map((it) => h("option", { value: it.id, selected: it.id === school?.id }, it.name)));
  byId("how").textContent = school ? t("calendar.how", { school: school.name }) : t("calendar.no_school");
  fill(byId("month"), seen.days.map((day) => h("li", {}, cellOf(day, { month: seen.month, today: dateOf(now()), school, calendar }, openDay))));
  oneStop(byId("month"), DAY, ".today");
  byId("of-school").hidden = calendar === null;
  if (calendar) drawSchool(calendar, { keep, openDay });
}

/** Also a day that is not of this month. */
function openDay(date) {
  const { garage, school, calendar } = seen;
  showDay({ garage, date, day: seen.days.find((it) => it.date === date) ?? null, school, calendar, keep });
}

function turn(to) {
  month = to;
  forget();
  frame.again();
}

byId("garage").addEventListener("change", forget);
byId("before").addEventListener("click", () => turn(monthAfter(month, -1)));
byId("after").addEventListener("click", () => turn(monthAfter(month, 1)));
byId("this").addEventListener("click", () => turn(dateOf(now()).slice(0, 7)));
byId("add-span").addEventListener("click", () => editSpan(null, seen.calendar, keep));
byId("change-week").addEventListener("click", () => editWeek(seen.calendar, keep));
byId("school").addEventListener("change", (event) => {
  wished = event.target.value;
  frame.again();
});
rove(byId("month"), DAY, { ArrowUp: -7, ArrowDown: 7 });

frame.start();
onLanguage(() => {
  fill(byId("weekdays"), WEEKDAYS.map((weekday) => h("span", {}, weekdayWord(weekday))));
  const kinds = [["holiday", t("kind.holiday")], ["rest_day", t("kind.rest_day")], ["make-up", t("calendar.make_up")], ["workday", t("kind.workday")]];
  fill(
    byId("legend"),
    kinds.map(([name, text]) => h("span", {}, h("i", { class: `cell tiny ${name}` }), text)),
    LAYERS.map((layer) => h("span", {}, h("i", { class: `layer ${layer}` }, t(`layer.${layer}_mark`)), t(`layer.${layer}`))),
  );
  drawHead();
});
