// The coming hours of a garage, drawn: a bar for each step, hatched where the public may not enter. The figures are also there as
// text for those who do not see bars.

import { clock, h, now, send, t, words } from "./kit.js";

const HOURS = 12;
// Windows and reservations change slowly; the live number above is asked for more often.
const FRESH_MS = 60_000;

const known = new Map();

/** The newest forecast of a site, asked for when it is too old; null while there is none. */
export function forecastOf(id, redraw) {
  const entry = known.get(id) ?? { at: -Infinity, forecasts: null };
  known.set(id, entry);
  if (now() - entry.at > FRESH_MS) {
    entry.at = now();
    send("GET", `/api/public/v3/parking-sites/${id}/forecast?hours=${HOURS}`)
      .then((forecasts) => {
        entry.forecasts = forecasts;
        redraw();
      })
      .catch(() => {});
  }
  return entry.forecasts;
}

/** Pools of a garage added up: one row of `{ from, free, open }`. */
export function sum(forecasts) {
  const steps = new Map();
  for (const { slots } of forecasts?.pools ?? []) {
    for (const { from, free, open } of slots) {
      const step = steps.get(from) ?? { from, free: 0, open: false };
      steps.set(from, { from, free: step.free + free, open: step.open || open });
    }
  }
  return [...steps.values()].sort((a, b) => new Date(a.from) - new Date(b.from));
}

export function drawForecast(forecasts, capacity) {
  const steps = sum(forecasts);
  if (steps.length === 0) return null;
  const bar = ({ from, free, open }) => {
    const fillOf = h("i");
    if (open) fillOf.style.height = `${Math.max(4, Math.round((100 * free) / capacity))}%`;
    const text = t(open ? "forecast.free" : "forecast.shut", { at: clock(from), n: free });
    return h("li", { class: open ? (free === 0 ? "full" : "") : "shut", title: text }, fillOf, h("span", { class: "unseen" }, text));
  };
  const marks = [steps[0], steps[Math.floor(steps.length / 2)], steps.at(-1)];
  return h(
    "details",
    { class: "forecast" },
    h("summary", {}, t("forecast.title", { n: HOURS })),
    h("ol", { class: "bars" }, steps.map(bar)),
    h("p", { class: "marks soft small number", "aria-hidden": "true" }, marks.map(({ from }) => h("span", {}, clock(from)))),
    h("p", { class: "soft small" }, t("forecast.why")),
  );
}

words({
  zh: {
    "forecast.title": "未来 {n} 小时",
    "forecast.free": "{at} 空 {n} 个",
    "forecast.shut": "{at} 不开放",
    "forecast.why": "按开放时段和预约推算，现场以实时数字为准。",
  },
  en: {
    "forecast.title": "The next {n} hours",
    "forecast.free": "{at}: {n} open",
    "forecast.shut": "{at}: not open",
    "forecast.why": "Estimated from opening hours and reservations. The live number above applies now.",
  },
});
