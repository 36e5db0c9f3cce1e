// A day of the month's grid: its kind, who says so, and whether there are lessons. All of it is in the label, too.

import { h, icon, t } from "./kit.js";
import { weekdayWord } from "./share-words.js";
import { isMakeUp, kindWords } from "./week-head.js";

/** Who may say what a day is, the first before the others; without them it goes by the weekday. */
export const LAYERS = ["school", "city", "national"];

export const ownOf = (calendar, date) => calendar?.days.find((it) => it.date === date) ?? null;
export const spanOf = (calendar, kind, date) => calendar.spans.find((it) => it.kind === kind && it.first_day <= date && date <= it.last_day) ?? null;

/** Nobody has said it: the list is missing, or the weekday as which a make-up day acts. */
const isGuess = (day, own) => day.source === "assumed" || (!day.acts_as_stated && !own);

export function cellOf(day, { month, today, school, calendar }, open) {
  const own = ownOf(calendar, day.date);
  const at = day.schools.find((it) => it.school === school?.id) ?? null;
  const classes = ["cell", day.kind, isMakeUp(day) ? "make-up" : "", day.source === "assumed" ? "assumed" : "", day.date.startsWith(month) ? "" : "other", day.date === today ? "today" : ""];
  const label = cellWords(day, at, own);
  return h(
    "button",
    { type: "button", class: classes.filter(Boolean).join(" "), "data-date": day.date, "data-focus": `day-${day.date}`, "aria-label": label, "aria-current": day.date === today ? "date" : null, title: label, onclick: () => open(day.date) },
    h("span", { class: "top" }, h("span", { class: "number date" }, String(Number(day.date.slice(8)))), whoSays(day, own)),
    h("span", { class: "kind" }, kindMark(day)),
    at ? h("span", { class: `lessons ${at.lessons}` }, lessonsMark(day, at, own, calendar)) : null,
  );
}

function whoSays(day, own) {
  if (isGuess(day, own)) return h("span", { class: "guess" }, icon("warn"));
  const layer = own ? "school" : day.source;
  return LAYERS.includes(layer) ? h("span", { class: `layer ${layer}` }, t(`layer.${layer}_mark`)) : null;
}

function cellWords(day, at, own) {
  const parts = [
    day.date,
    kindWords(day),
    t(`layer.${day.source}`),
    at ? lessonsWords(at) : null,
    own ? t("layer.school") : null,
    own?.name,
  ];
  return parts.filter(Boolean).join(t("list.comma"));
}

export const lessonsWords = ({ lessons, earlier_minutes }) => t(`calendar.lessons_${lessons}`, { n: earlier_minutes ?? 0 });

function kindMark(day) {
  if (isMakeUp(day)) return t("calendar.mark_make_up", { weekday: weekdayWord(day.acts_as) });
  if (day.kind === "holiday") return day.name ?? t("kind.holiday");
  return day.kind === "rest_day" ? t("calendar.mark_rest") : "";
}

/** On a day without lessons that would have some: why. */
function lessonsMark(day, { lessons, earlier_minutes }, own, calendar) {
  if (lessons !== "none") return t(`calendar.mark_${lessons}`, { n: earlier_minutes ?? 0 });
  if (own) return own.name || t("calendar.mark_none");
  return day.kind === "workday" && calendar ? (spanOf(calendar, "break", day.date)?.name ?? "") : "";
}
