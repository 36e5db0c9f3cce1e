// The fake server's calendar: the lists of 2026 as far as tests need them, none of 2027, and one school's own.

import { golden, problem } from "./answer.mjs";

const NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const DAY_MS = 86_400_000;
const holiday = (first, last, name) => ({ first, last, name });
const HOLIDAYS = [holiday("2026-09-25", "2026-09-27", "中秋节"), holiday("2026-10-01", "2026-10-07", "国庆节")];
const MAKE_UP = ["2026-09-20", "2026-10-10"];
const CITY = { "2026-11-27": { kind: "rest_day", name: "市运动会" } };

export class Calendar {
  version = 1;
  school = golden("school_calendar");

  ofSchool(method, id, headers, body) {
    const etag = `"v${this.version}"`;
    if (!id) return [200, { schools: [{ id: "haibin", name: "海滨路小学", garage: "school" }] }];
    if (method === "GET") return [200, this.school, etag];
    if (headers["if-match"] !== etag) return problem(412, "calendar_changed");
    this.school = { ...body, days: body.days.map((day) => ({ acts_as: null, earlier_minutes: null, ...day })) };
    this.version += 1;
    return [200, this.school, `"v${this.version}"`];
  }

  days(garage, from, to) {
    const dates = [];
    for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += DAY_MS) dates.push(new Date(at).toISOString().slice(0, 10));
    const days = dates.map((date) => this.day(date, garage));
    const unstated = days.filter((day) => !day.acts_as_stated).map(({ date }) => ({ code: "acts_as_not_stated", detail: "", date }));
    const missing = dates.some((date) => date > "2027") ? [{ code: "missing_year", detail: "", year: 2027 }] : [];
    return { days, warnings: [...missing, ...unstated] };
  }

  day(date, garage) {
    const weekday = NAMES[new Date(`${date}T00:00:00Z`).getUTCDay()];
    const weekend = ["Sat", "Sun"].includes(weekday);
    const off = HOLIDAYS.find(({ first, last }) => first <= date && date <= last);
    const day = golden("calendar_day", { date, acts_as: weekday });
    if (date > "2027") Object.assign(day, { kind: "workday", source: "assumed" });
    else if (CITY[date]) Object.assign(day, CITY[date], { source: "city" });
    else if (off) Object.assign(day, { kind: "holiday", source: "national", name: off.name });
    else if (MAKE_UP.includes(date)) Object.assign(day, { kind: "workday", source: "national", acts_as: "Fri", acts_as_stated: false, name: "国庆节" });
    else Object.assign(day, { kind: weekend ? "rest_day" : "workday", source: "pattern" });
    if (garage === "school") day.schools.push({ school: "haibin", acts_as: day.acts_as, ...this.lessons(day) });
    return day;
  }

  lessons(day) {
    const own = this.school.days.find(({ date }) => date === day.date);
    if (own) return own.earlier_minutes ? { lessons: "earlier", earlier_minutes: own.earlier_minutes } : { lessons: own.lessons ? "full" : "none" };
    const on = (kind) => this.school.spans.some((span) => span.kind === kind && span.first_day <= day.date && day.date <= span.last_day);
    const due = (this.school.weekdays >> ((NAMES.indexOf(day.acts_as) + 6) % 7)) & 1;
    return { lessons: day.kind !== "holiday" && due && on("term") && !on("break") ? "full" : "none" };
  }
}
