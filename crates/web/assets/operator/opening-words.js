// The feed's `opening_hours` in words. Reads only what our server writes: rules joined by ", ", each of ranges of dates, weekdays
// and hours. What recurs each week is written with weekdays; other days of the coming weeks are listed as exceptions.

import { dateAfter } from "./garage-time.js";
import { t, words } from "./kit.js";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const WEEKS = 4;
// More exceptions than that are not read.
const MOST_EXCEPTIONS = 3;

const RANGE = /^(\d{4}) ([A-Z][a-z]{2}) (\d{2})(?:-(?:(\d{4}) ([A-Z][a-z]{2}) )?(\d{2}))?$/;
const TIMES = /^\d{2}:\d{2}-\d{2}:\d{2}(,\d{2}:\d{2}-\d{2}:\d{2})*$/;

const isoOf = (year, month, day) => `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, "0")}-${day}`;

function rangeOf(text) {
  const [, year, month, day, lastYear, lastMonth, lastDay] = RANGE.exec(text) ?? [];
  if (year === undefined) throw new Error(`no range of dates: ${text}`);
  const first = isoOf(year, month, day);
  return [first, lastDay === undefined ? first : isoOf(lastYear ?? year, lastMonth ?? month, lastDay)];
}

/** Indices of `Mo,We,Sa-Su`, 0 for Monday. */
function weekdaysOf(text) {
  return text.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map((name) => DAYS.indexOf(name));
    if (first < 0 || last < first) throw new Error(`no weekdays: ${text}`);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

function ruleOf(text) {
  const parts = text.split(" ");
  const times = parts.pop();
  if (!TIMES.test(times)) throw new Error(`no hours: ${text}`);
  const weekdays = /^[A-Z][a-z]([,-][A-Z][a-z])*$/.test(parts.at(-1) ?? "") ? weekdaysOf(parts.pop()) : null;
  const ranges = parts.length > 0 ? parts.join(" ").split(",").map(rangeOf) : null;
  return { ranges, weekdays, times };
}

/** Monday is 0. */
export const weekdayIndex = (date) => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

/** The hours that begin on `date`, such as `18:00-07:30`; an empty text where there are none. */
export function timesOn(rules, date) {
  const holds = ({ ranges, weekdays }) =>
    (ranges === null || ranges.some(([first, last]) => first <= date && date <= last)) &&
    (weekdays === null || weekdays.includes(weekdayIndex(date)));
  return rules.filter(holds).map((rule) => rule.times).join(",");
}

export function rulesOf(text) {
  if (text === "24/7") return [{ ranges: null, weekdays: null, times: "00:00-24:00" }];
  return text === "off" ? [] : text.split(", ").map(ruleOf);
}

/** The weekday's hours on most of the coming weeks, the earlier ones where it is even. */
function usual(days, weekday) {
  const counts = new Map();
  for (const { date, times } of days) if (weekdayIndex(date) === weekday) counts.set(times, (counts.get(times) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** Neighbours of which `same` is true, as lists. */
function grouped(items, same) {
  const groups = [];
  for (const item of items) {
    const group = groups.at(-1);
    if (group !== undefined && same(group.at(-1), item)) group.push(item);
    else groups.push([item]);
  }
  return groups;
}

function timeWords(times) {
  if (times === "") return t("hours.shut");
  if (times === "00:00-24:00") return t("hours.all_day");
  const one = (span) => {
    const [from, until] = span.split("-");
    return until <= from ? t("hours.overnight", { from, until }) : `${from}–${until}`;
  };
  return times.split(",").map(one).join(t("hours.and"));
}

function weekdayWords(indices) {
  if (indices.length === 7) return t("hours.every_day");
  const name = (n) => t(`hours.day.${n}`);
  const runs = grouped(indices, (a, b) => b === a + 1);
  return runs
    .map((run) => (run.length > 2 ? t("hours.to", { from: name(run[0]), to: name(run.at(-1)) }) : run.map(name).join(t("hours.list"))))
    .join(t("hours.list"));
}

function dateWords(first, last) {
  const day = (date) => t("hours.date", { month: Number(date.slice(5, 7)), name: MONTHS[Number(date.slice(5, 7)) - 1], day: Number(date.slice(8)) });
  if (first === last) return day(first);
  if (first.slice(0, 7) === last.slice(0, 7)) return t("hours.days", { from: day(first), day: Number(last.slice(8)) });
  return t("hours.to", { from: day(first), to: day(last) });
}

/** Runs of days with the same hours, from the first to the last of them that is otherwise than its weekday. */
function exceptions(days, week) {
  const isOther = ({ date, times }) => times !== week[weekdayIndex(date)];
  const runs = grouped(days, (a, b) => a.times === b.times).filter((run) => run.some(isOther));
  return runs.map((run) => run.slice(run.findIndex(isOther), run.findLastIndex(isOther) + 1));
}

/**
 * Lines for people from `today` (`2026-11-23`) on: the week, then what is otherwise in the coming four weeks. An empty list where
 * the text is not in our grammar.
 */
export function openingWords(text, today) {
  let rules;
  try {
    rules = rulesOf(text);
  } catch {
    return [];
  }
  const days = Array.from({ length: WEEKS * 7 }, (_, n) => dateAfter(today, n)).map((date) => ({ date, times: timesOn(rules, date) }));
  const week = DAYS.map((_, weekday) => usual(days, weekday));
  const kinds = [...new Set(week)].filter((times) => times !== "");
  const lines = kinds.map((times) => {
    const on = week.flatMap((its, weekday) => (its === times ? [weekday] : []));
    return t("hours.line", { days: weekdayWords(on), times: timeWords(times) });
  });
  const otherwise = exceptions(days, week);
  for (const group of otherwise.slice(0, MOST_EXCEPTIONS)) {
    lines.push(t("hours.line", { days: dateWords(group[0].date, group.at(-1).date), times: timeWords(group[0].times) }));
  }
  if (otherwise.length > MOST_EXCEPTIONS) lines.push(t("hours.more"));
  return lines.length > 0 ? lines : [t("hours.none")];
}

words({
  zh: {
    "hours.line": "{days} {times}",
    "hours.every_day": "每天",
    "hours.all_day": "全天",
    "hours.shut": "不开放",
    "hours.none": "近期不对外开放",
    "hours.more": "其余日期另有调整",
    "hours.overnight": "{from}–次日{until}",
    "hours.to": "{from}至{to}",
    "hours.days": "{from}至{day}日",
    "hours.list": "、",
    "hours.and": "、",
    "hours.date": "{month}月{day}日",
    "hours.day.0": "周一", "hours.day.1": "周二", "hours.day.2": "周三", "hours.day.3": "周四", "hours.day.4": "周五", "hours.day.5": "周六", "hours.day.6": "周日",
  },
  en: {
    "hours.line": "{days} {times}",
    "hours.every_day": "Daily",
    "hours.all_day": "all day",
    "hours.shut": "closed",
    "hours.none": "Not open to the public in the coming weeks",
    "hours.more": "Other dates differ, too",
    "hours.overnight": "{from}–{until} next day",
    "hours.to": "{from}–{to}",
    "hours.days": "{from}–{day}",
    "hours.list": ", ",
    "hours.and": ", ",
    "hours.date": "{name} {day}",
    "hours.day.0": "Mon", "hours.day.1": "Tue", "hours.day.2": "Wed", "hours.day.3": "Thu", "hours.day.4": "Fri", "hours.day.5": "Sat", "hours.day.6": "Sun",
  },
});
