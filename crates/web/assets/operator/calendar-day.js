// One day in a dialog: what it is and who says so, layer by layer; and what the school does on it, whatever the other layers say:
// lessons or none, by which weekday's timetable, out earlier.

import { day as dayName, fill, h, t } from "./kit.js";
import { instantOf } from "./garage-time.js";
import { lessonsWords, ownOf, spanOf } from "./calendar-cell.js";
import { formDialog } from "./dialog-form.js";
import { dialogOf, field, select } from "./form-parts.js";
import { WEEKDAYS, weekdayWord } from "./share-words.js";
import { kindWords } from "./week-head.js";

/** The server takes no more. */
const MOST_EARLIER = 480;

/** `school` and `calendar` are null at a garage without a school; `day` is null outside of the month that is shown. */
export function showDay({ garage, date, day, school, calendar, keep }) {
  const title = dayName(instantOf(date, "12:00"));
  const spaces = h("p", {}, h("a", { href: `/operator/day?garage=${encodeURIComponent(garage)}&day=${date}` }, t("calendar.spaces")));
  const layers = [day ? layersOf(day, school, calendar) : null, spaces];
  if (calendar) return editDay({ date, title, layers, own: ownOf(calendar, date), keep });
  const dialog = dialogOf(title);
  fill(dialog.body, layers);
  dialog.open();
}

function layersOf(day, school, calendar) {
  const at = day.schools.find((it) => it.school === school?.id);
  const own = ownOf(calendar, day.date);
  const lines = [
    [t("calendar.of_all"), `${kindWords(day)} · ${t(`layer.${day.source}`)}`],
    at && calendar ? [school.name, `${lessonsWords(at)} · ${own ? t("layer.school") : reason(day, calendar)}`] : null,
    at && at.acts_as !== day.acts_as ? [t("calendar.timetable"), weekdayWord(at.acts_as)] : null,
  ];
  return h("dl", { class: "facts" }, lines.filter(Boolean).map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text))));
}

/** Why the school has lessons or none, without a word of its own about the day: in the order in which the server asks. */
function reason(day, calendar) {
  if (day.kind === "holiday") return t("reason.holiday");
  if (!(calendar.weekdays & (1 << WEEKDAYS.indexOf(day.acts_as)))) return t("reason.weekday", { weekday: weekdayWord(day.acts_as) });
  const within = spanOf(calendar, "break", day.date) ?? spanOf(calendar, "term", day.date);
  if (within) return t("reason.span", { name: within.name });
  const between = calendar.spans.some((it) => it.last_day < day.date) && calendar.spans.some((it) => day.date < it.first_day);
  return t(between ? "reason.between" : "reason.unknown");
}

function editDay({ date, title, layers, own, keep }) {
  const lessons = select("lessons", [["lists", t("calendar.by_lists")], ["yes", t("calendar.lessons_full")], ["no", t("calendar.lessons_none")]], own ? (own.lessons ? "yes" : "no") : "lists");
  const acts = select("acts_as", [["", t("calendar.acts_usual")], ...WEEKDAYS.map((it) => [it, weekdayWord(it)])], own?.acts_as ?? "");
  const earlier = h("input", { name: "earlier_minutes", type: "number", min: 0, max: MOST_EARLIER, step: 5, inputmode: "numeric", value: own?.earlier_minutes ?? "" });
  const ofLessons = h("div", { class: "stack" }, field("acts_as", t("calendar.acts_as"), acts), field("earlier_minutes", t("calendar.earlier"), earlier, t("calendar.earlier_hint")));
  const named = field("name", t("calendar.name"), h("input", { name: "name", maxlength: 100, value: own?.name ?? "" }), t("calendar.name_hint"));
  const follow = () => {
    ofLessons.hidden = lessons.value !== "yes";
    named.hidden = lessons.value === "lists";
  };
  lessons.addEventListener("change", follow);
  follow();
  formDialog({
    title,
    content: [...layers, field("lessons", t("calendar.that_day"), lessons), ofLessons, named],
    yes: t("form.save"),
    check: ({ lessons: chosen, earlier_minutes: minutes }) => (chosen.value !== "yes" || isEarlier(minutes) ? null : ["earlier_minutes", t("calendar.earlier_wrong", { n: MOST_EARLIER })]),
    send: (elements) => keep((calendar) => {
      const others = calendar.days.filter((it) => it.date !== date);
      const entered = elements.lessons.value === "lists" ? [] : [enteredOf(date, elements)];
      calendar.days = [...others, ...entered].sort((a, b) => a.date.localeCompare(b.date));
    }),
  });
}

/** Whole minutes, or nothing. What a browser cannot read as a number counts as neither. */
const isEarlier = ({ value, validity }) => !validity.badInput && Number.isInteger(Number(value)) && Number(value) >= 0 && Number(value) <= MOST_EARLIER;

function enteredOf(date, { lessons, acts_as, earlier_minutes, name }) {
  const entered = { date, lessons: lessons.value === "yes", name: name.value.trim() };
  if (!entered.lessons) return entered;
  const minutes = Number(earlier_minutes.value);
  return { ...entered, ...(acts_as.value ? { acts_as: acts_as.value } : {}), ...(minutes > 0 ? { earlier_minutes: minutes } : {}) };
}
