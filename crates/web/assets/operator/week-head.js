// What a day is, in a few words and with marks: its kind, a holiday's name, whether there are lessons, and what is only guessed.

import { h, icon, t } from "./kit.js";
import { WEEKDAYS, weekdayWord } from "./share-words.js";
import { weekdayOf } from "./garage-time.js";

const LOOKS = { workday: "", rest_day: "accent", holiday: "warn" };

export const ownWeekday = (date) => WEEKDAYS[(weekdayOf(date) + 6) % 7];
/** A weekend that somebody has made a workday; without a list of the year it is only taken for one. */
export const isMakeUp = ({ date, kind, source }) => kind === "workday" && source !== "assumed" && ["Sat", "Sun"].includes(ownWeekday(date));
const shortDate = (date) => t("head.date", { month: Number(date.slice(5, 7)), day: Number(date.slice(8)) });

/** The words of a day's kind: a holiday by its name, a make-up day with the weekday as which it acts. */
export function kindWords(day) {
  const { kind, acts_as, name } = day;
  if (isMakeUp(day)) return t(day.acts_as_stated ? "head.make_up_as" : "head.make_up_guessed", { weekday: weekdayWord(acts_as) });
  return kind === "holiday" && name ? name : t(`kind.${kind}`);
}

export function lessonsWords({ schools }) {
  const lessons = schools.filter((school) => school.lessons !== "none");
  if (schools.length === 0) return null;
  if (lessons.length === 0) return t("head.no_lessons");
  const early = lessons.find((school) => school.lessons === "earlier");
  return early ? t("head.lessons_earlier", { n: early.earlier_minutes ?? 0 }) : t("head.lessons");
}

export function dayHead(day) {
  const lessons = lessonsWords(day);
  const early = day.schools.some((school) => school.lessons === "earlier");
  return h(
    "div",
    { class: "day-head" },
    h("p", { class: "date" }, h("strong", {}, weekdayWord(ownWeekday(day.date))), ` ${shortDate(day.date)}`),
    h("span", { class: `pill ${isMakeUp(day) ? "bad" : LOOKS[day.kind]}` }, kindWords(day)),
    lessons ? h("span", { class: `small ${early ? "early" : "soft"}` }, early ? icon("clock") : null, lessons) : null,
    day.source === "assumed" ? h("span", { class: "small guess" }, icon("warn"), t("head.assumed")) : null,
  );
}

/** What the calendar lacks, in words; a year that is missing first. */
export function warningNotes({ warnings }) {
  const text = (warning) => t(`warning.${warning.code}`, { year: warning.year ?? "", date: warning.date ?? "", school: warning.school ?? "" });
  const order = ["missing_year", "no_terms", "acts_as_not_stated"];
  const sorted = warnings.toSorted((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
  return sorted.slice(0, 6).map((warning) => h("p", { class: `note ${warning.code === "missing_year" ? "bad" : "warn"}` }, icon("warn"), h("span", {}, text(warning))));
}
