// Who must leave before pickup needs the spaces, and whoever stays too long: those first who should be gone already.

import { byId, clock, dayClock, fill, h, icon, now, span, t } from "./kit.js";
import { dateOf } from "./garage-time.js";
import { swatch } from "./svg.js";

const SHOWN = 10;
const SOON_MS = 15 * 60_000;

/** `list` is null for another day than today; `reservations` are the day's: those that overstay are shown in any case. */
export function drawClearing(list, reservations, open) {
  byId("clearing").hidden = list === null;
  if (list === null) return;
  const listed = new Set(list.cars.map(({ id }) => id));
  const overstayed = reservations.filter(({ id, state }) => state === "overstayed" && !listed.has(id));
  const cars = [...list.cars, ...overstayed].toSorted((a, b) => Date.parse(a.ends_at) - Date.parse(b.ends_at));
  byId("clearing-title").textContent = titleOf(list, cars.length);
  byId("missing").hidden = list.missing === 0;
  fill(byId("missing"), icon("warn"), h("span", {}, t("clearing.missing", { at: at(list.by), n: list.missing })));
  const line = (car) => lineOf(car, open);
  fill(byId("cars"), cars.length ? cars.slice(0, SHOWN).map(line) : h("li", { class: "good" }, icon("check"), t("clearing.none")));
  const rest = cars.slice(SHOWN);
  byId("more-cars").hidden = rest.length === 0;
  byId("more-cars-of").textContent = t("clearing.more", { n: rest.length });
  fill(byId("cars-rest"), rest.map(line));
}

const at = (instant) => (dateOf(instant) === dateOf(now()) ? clock(instant) : dayClock(instant));

/** Without any pickup the list goes to the present: the next full minute. */
function titleOf({ by }, n) {
  const ahead = Date.parse(by) - now();
  if (Math.abs(ahead) <= 60_000) return t("clearing.title_now", { n });
  return t(ahead > 0 ? "clearing.title" : "clearing.title_begun", { at: at(by), n });
}

function lineOf(car, open) {
  const left = Date.parse(car.ends_at) - now();
  const time = left > 0
    ? h("span", { class: `pill ${left < SOON_MS ? "warn" : ""}` }, icon("clock"), t("clearing.left", { span: span(left) }))
    : h("span", { class: "pill bad" }, icon("warn"), t("clearing.over", { span: span(-left) }));
  const plate = car.plate ?? t("day.no_plate");
  const facts = [t(`audience.${car.audience}`), car.space ? t("day.space", { space: car.space }) : null, t("clearing.until", { at: at(car.ends_at) })];
  const what = h("span", { class: "grow" }, h("strong", { class: "number" }, plate), h("span", { class: "soft small below" }, facts.filter(Boolean).join(" · ")));
  const look = h("button", { type: "button", "aria-label": t("clearing.look_at", { plate }), "data-focus": `car-${car.id}`, onclick: () => open(car) }, t("clearing.look"));
  return h("li", {}, swatch(car.audience), what, time, look);
}
