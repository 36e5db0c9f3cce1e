// A school's terms and breaks, its own days, and the weekdays with lessons.

import { ask, byId, fill, h, t } from "./kit.js";
import { lessonsWords } from "./calendar-cell.js";
import { formDialog } from "./dialog-form.js";
import { field, select, tick } from "./form-parts.js";
import { WEEKDAYS, weekdaysWords, weekdayWord } from "./share-words.js";

/** Years of terms: the newest are of interest. */
const SHOWN = 20;

export function drawSchool(calendar, { keep, openDay }) {
  const change = (name, key, act) => h("button", { type: "button", "aria-label": t("week.edit_named", { name }), "data-focus": key, onclick: act }, t("week.edit"));
  const line = (head, title, text, button) => h("li", {}, head, h("span", { class: "grow" }, h("strong", { class: "number" }, title), h("span", { class: "soft small below number" }, text)), button);
  const span = (it) => {
    const kind = h("span", { class: `pill ${it.kind === "term" ? "accent" : "warn"}` }, t(`calendar.${it.kind}`));
    return line(kind, it.name, `${it.first_day} – ${it.last_day}`, change(it.name, `span-${it.kind}-${it.first_day}`, () => editSpan(it, calendar, keep)));
  };
  const day = (it) => line(null, it.date, dayWords(it), change(it.date, `own-${it.date}`, () => openDay(it.date)));
  newest(byId("spans"), calendar.spans.toSorted((a, b) => b.first_day.localeCompare(a.first_day)), span, "calendar.no_spans");
  newest(byId("days"), calendar.days.toSorted((a, b) => b.date.localeCompare(a.date)), day, "calendar.no_days");
  byId("school-week").textContent = weekdaysWords(calendar.weekdays);
}

function newest(place, items, line, none) {
  const rest = items.length - SHOWN;
  fill(place, items.length ? items.slice(0, SHOWN).map(line) : h("li", { class: "soft" }, t(none)), rest > 0 ? h("li", { class: "soft" }, t("calendar.older", { n: rest })) : null);
}

function dayWords(it) {
  const lessons = lessonsWords({ lessons: !it.lessons ? "none" : it.earlier_minutes ? "earlier" : "full", earlier_minutes: it.earlier_minutes });
  return [it.name, lessons, it.acts_as ? t("calendar.as", { weekday: weekdayWord(it.acts_as) }) : null].filter(Boolean).join(" · ");
}

export function editWeek({ weekdays }, keep) {
  formDialog({
    title: t("calendar.week"),
    content: h("fieldset", {}, h("legend", {}, t("calendar.week_hint")), h("div", { class: "ticks" }, WEEKDAYS.map((weekday, n) => tick(weekday, weekdayWord(weekday), { checked: (weekdays & (1 << n)) !== 0 })))),
    yes: t("form.save"),
    check: (elements) => (bitsOf(elements) === 0 ? [null, t("form.missing_weekday")] : null),
    send: (elements) => keep((calendar) => (calendar.weekdays = bitsOf(elements))),
  });
}

const bitsOf = (elements) => WEEKDAYS.reduce((bits, weekday, n) => bits | (elements[weekday].checked ? 1 << n : 0), 0);

const same = (a, b) => ["kind", "name", "first_day", "last_day"].every((name) => a[name] === b?.[name]);

/** `old` is null for a new one. */
export function editSpan(old, { spans }, keep) {
  const date = (name) => field(name, t(`form.${name}`), h("input", { name, type: "date", required: true, value: old?.[name] ?? "" }));
  const removal = h("button", { type: "button", class: "danger", onclick: () => remove() }, t("calendar.remove"));
  const { run } = formDialog({
    title: t(old ? "calendar.change_span" : "calendar.new_span"),
    content: [
      field("kind", t("calendar.kind"), select("kind", [["term", t("calendar.term")], ["break", t("calendar.break")]], old?.kind ?? "term")),
      field("name", t("form.name"), h("input", { name: "name", maxlength: 100, required: true, value: old?.name ?? "" })),
      h("div", { class: "pair" }, date("first_day"), date("last_day")),
    ],
    yes: t("form.save"),
    beside: old ? [removal] : [],
    check: (elements) => lacks(enteredOf(elements), spans.filter((it) => !same(it, old))),
    send: (elements) => keep((calendar) => (calendar.spans = [...calendar.spans.filter((it) => !same(it, old)), enteredOf(elements)])),
  });

  async function remove() {
    const yes = await ask({ title: t("calendar.remove_title", { name: old.name }), yes: t("calendar.remove"), no: t("frame.cancel"), danger: true });
    if (yes) run(removal, () => keep((calendar) => (calendar.spans = calendar.spans.filter((it) => !same(it, old)))));
  }
}

const enteredOf = (elements) => Object.fromEntries(["kind", "name", "first_day", "last_day"].map((name) => [name, elements[name].value.trim()]));

/** Two terms at a time, or two breaks, are a slip of the hand; a break may lie within a term. */
function lacks(entered, others) {
  const empty = ["name", "first_day", "last_day"].find((name) => !entered[name]);
  if (empty) return [empty, t("calendar.missing")];
  if (entered.last_day < entered.first_day) return ["last_day", t("form.dates_turned")];
  const other = others.find((it) => it.kind === entered.kind && it.first_day <= entered.last_day && entered.first_day <= it.last_day);
  return other ? ["first_day", t("calendar.overlaps", { name: other.name })] : null;
}
