// A car that stands before a barrier which has stayed down: what was read, why it was not let in, and which expected cars it may be.

import { clock, clockSeconds, h, icon, knows, t } from "./kit.js";

/** `choose(plate)` is called with the plate that a person takes it for. */
export function waitingCar(car, choose) {
  const read = car.plate ? t("waiting.read", { plate: car.plate, percent: car.confidence }) : t("waiting.unread");
  const what = car.reason === "unread_plate" ? read : `${read} · ${t(`operator.reason_${car.reason}`)}`;
  return h(
    "div",
    { class: "note warn waiting-car" },
    icon("car"),
    h(
      "div",
      { class: "stack" },
      h("p", {}, h("strong", {}, t("waiting.since", { at: clockSeconds(car.since) })), ` ${what}`),
      knows(`waiting.do_${car.reason}`) ? h("p", { class: "small" }, t(`waiting.do_${car.reason}`)) : null,
      car.candidates.length ? h("p", { class: "small" }, t("waiting.maybe")) : null,
      h("div", { class: "row" }, car.candidates.map((expected) => candidate(expected, choose))),
    ),
  );
}

function candidate({ plate, audience, reserved_from: from }, choose) {
  const about = [t(`audience.${audience}`), from ? t("waiting.reserved", { at: clock(from) }) : null].filter(Boolean).join(" · ");
  const name = t("waiting.choose", { plate });
  return h("button", { type: "button", "data-act": `take ${plate}`, "aria-label": `${name} · ${about}`, onclick: () => choose(plate) }, h("span", { class: "number" }, plate), h("span", { class: "small soft" }, about));
}

/** Readings that a person must look at first. */
const DOUBTED = ["low_confidence", "suspected_fake"];

/** What to propose as the car's plate: only a reading without a doubt. */
export const surePlate = (car) => (car && !DOUBTED.includes(car.reason) ? car.plate : null);
