// Dates and times as people choose them, always at the garage (Asia/Shanghai, UTC+8 all year), and the instants they mean.

import { day, dayClock, clock, now, t, words } from "./kit.js";

const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;

/** `2026-11-23` of an instant. */
export const dateOf = (instant) => new Date(new Date(instant).getTime() + OFFSET_MS).toISOString().slice(0, 10);
/** `15:30` of an instant, for a time field. */
export const timeOf = (instant) => new Date(new Date(instant).getTime() + OFFSET_MS).toISOString().slice(11, 16);
/** The instant, RFC 3339, of a date and a time of day. */
export const instantOf = (date, time) => `${date}T${time}:00+08:00`;
export const dateAfter = (date, days) => new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** 0 is Sunday. */
export const weekdayOf = (date) => new Date(`${date}T00:00:00Z`).getUTCDay();

/** From `from` to `until` on `date`; an end that is not after the start is on the next day. */
export function interval(date, from, until) {
  const end = until > from ? date : dateAfter(date, 1);
  return { starts_at: instantOf(date, from), ends_at: instantOf(end, until), overnight: end !== date };
}

/** The next full quarter of an hour from now, as an instant in milliseconds. */
export const nextQuarter = () => Math.ceil(now() / QUARTER_MS) * QUARTER_MS;

/** The days that can be chosen, today first: `[{ date, text }]`. */
export function days(count) {
  const today = dateOf(now());
  return Array.from({ length: count }, (_, n) => {
    const date = dateAfter(today, n);
    const name = day(instantOf(date, "12:00"));
    return { date, text: n < 2 ? `${t(n === 0 ? "time.today" : "time.tomorrow")} ${name}` : name };
  });
}

/** `11月23日 15:30–18:00`, with the second day where there is one. */
export function between(from, until) {
  const same = dateOf(from) === dateOf(until);
  return `${dayClock(from)}–${same ? clock(until) : dayClock(until)}`;
}

/** `2 小时 30 分钟`. */
export function lengthOf(from, until) {
  const minutes = Math.round((new Date(until) - new Date(from)) / 60_000);
  const parts = [];
  if (minutes >= 60) parts.push(t("span.hours", { n: Math.floor(minutes / 60) }));
  if (minutes % 60 > 0 || minutes === 0) parts.push(t("span.minutes", { n: minutes % 60 }));
  return parts.join(" ");
}

words({
  zh: { "time.today": "今天", "time.tomorrow": "明天" },
  en: { "time.today": "Today,", "time.tomorrow": "Tomorrow," },
});
