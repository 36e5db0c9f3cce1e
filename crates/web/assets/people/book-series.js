// The same time on several days: says for each day whether it worked, and why not.

import { ApiError, byId, fill, h, icon, onLanguage, t, toast } from "./kit.js";
import { dateAfter, days, weekdayOf } from "./garage-time.js";
import { api } from "./people.js";

// As many as the horizon of windows usually allows.
const LONGEST = 28;

let first = null;

/** The dates from `from` to `last`, on weekdays only if that is wished. */
export function datesOf(from, last, weekdaysOnly) {
  const dates = [];
  for (let date = from; date <= last; date = dateAfter(date, 1)) {
    const weekday = weekdayOf(date);
    if (!weekdaysOnly || (weekday !== 0 && weekday !== 6)) dates.push(date);
  }
  return dates;
}

/** `wanted()` gives { garage, date, body } of the form, or null while it is incomplete; `key` is renewed with it. */
export function startSeries(wanted) {
  for (const id of ["last-day", "weekdays"]) byId(id).addEventListener("change", () => label(wanted()));
  byId("reserve-series").addEventListener("click", () => reserve(wanted()));
  onLanguage(() => drawSeries(wanted()));
}

/** The form has changed: the days to choose from begin after its own. */
export function drawSeries(form) {
  byId("series").hidden = form === null;
  if (form === null) return;
  if (first !== form.date) {
    first = form.date;
    const chosen = byId("last-day").value;
    const later = days(LONGEST).filter(({ date }) => date > form.date);
    fill(byId("last-day"), later.map(({ date, text }) => h("option", { value: date }, text)));
    byId("last-day").value = later.some(({ date }) => date === chosen) ? chosen : (later[Math.min(6, later.length - 1)]?.date ?? "");
  }
  label(form);
}

const chosen = (form) => datesOf(form.date, byId("last-day").value, byId("weekdays").checked);

function label(form) {
  if (form === null) return;
  const n = chosen(form).length;
  byId("reserve-series").textContent = t("book.series_do", { n });
  byId("reserve-series").disabled = n === 0;
}

async function reserve(form) {
  if (form === null) return;
  const button = byId("reserve-series");
  const dates = chosen(form);
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const headers = { "idempotency-key": `${form.key}-${dates.length}-${dates.at(-1)}` };
    const body = { first: form.body, dates, on_conflict: "skip" };
    const series = await api.post(`/garages/${form.garage}/reservation-series`, body, { headers });
    draw(series);
  } catch (error) {
    toast(error.words, "bad");
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

function draw({ dates }) {
  const line = ({ date, reservation, refused }) =>
    h(
      "li",
      {},
      h("span", { class: "number" }, date),
      reservation
        ? h("span", { class: "pill good" }, icon("check"), t("book.series_yes"))
        : h("span", { class: "pill warn" }, icon("warn"), new ApiError(refused ?? {}).words),
    );
  fill(byId("series-dates"), dates.map(line));
  const yes = dates.filter(({ reservation }) => reservation).length;
  toast(t("book.series_done", { yes, no: dates.length - yes }), yes > 0 ? "good" : "bad");
}
