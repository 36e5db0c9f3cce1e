// One arrival as a teacher sees it: a card while it needs her, a row when it is done.

import { clock, h, icon, now, t } from "./kit.js";

const PILLS = {
  claimed: ["warn", "warn"],
  waiting: ["accent", "clock"],
  released: ["warn", "walk"],
  handed_over: ["good", "check"],
  rejected: ["bad", "close"],
};

const NEXT = {
  claimed: [["confirm", "main", "check"], ["reject", "danger", "close"]],
  waiting: [["release", "main", "walk"]],
  released: [["hand_over", "main", "check"]],
};

// A reading that does not stand suggests nothing: the first button takes the card off, releasing is a plain one.
const READ_AGAIN = {
  waiting: [["not_here", "main", "close"], ["release", "plain", "walk"]],
  released: [["hand_over", "plain", "check"]],
};

const NOT_HERE = ["not_here", "danger", "close"];

function actsOf(arrival) {
  if (arrival.doubt === "read_again" && arrival.phase in READ_AGAIN) return READ_AGAIN[arrival.phase];
  const asked = arrival.phase === "waiting" && (arrival.doubt || arrival.at_gate);
  return asked ? [...NEXT[arrival.phase], NOT_HERE] : NEXT[arrival.phase];
}

/** What to ask before the child goes: keys of words, the gravest first. */
export function reasonsToAsk(arrival) {
  const note = arrival.note ? `teacher.${arrival.note}` : null;
  const doubt = arrival.doubt ? `teacher.${arrival.doubt}` : null;
  const gate = arrival.at_gate ? "teacher.at_gate_note" : null;
  return [doubt, note, gate].filter(Boolean);
}

export const isOpen = (arrival) => arrival.phase in NEXT;

/** Seconds left to undo, 0 if it cannot be. */
export function undoLeft(arrival) {
  if (!arrival.undo_until) return 0;
  return Math.max(0, Math.floor((Date.parse(arrival.undo_until) - now()) / 1000));
}

function pill({ phase, at_gate }) {
  if (at_gate && phase === "waiting") return h("span", { class: "pill warn", "data-at-gate": "true" }, icon("car"), t("phase.at_gate"));
  const [colour, mark] = PILLS[phase];
  return h("span", { class: `pill ${colour}` }, icon(mark), t(`phase.${phase}`));
}

function warning(text, colour = "warn") {
  return h("p", { class: `note ${colour}` }, icon("warn"), h("span", {}, text));
}

function warnings(arrival) {
  return [
    arrival.phase === "claimed" ? warning(t("teacher.claim")) : null,
    arrival.doubt ? warning(t(`teacher.${arrival.doubt}`), "bad") : null,
    arrival.note ? warning(t(`teacher.${arrival.note}`), arrival.note === "already_handed_over" ? "bad" : "warn") : null,
    arrival.car_left_at ? warning(t("teacher.car_left", { time: clock(arrival.car_left_at) })) : null,
  ];
}

function details(arrival) {
  const tail = arrival.plate_tail ? t("teacher.tail", { tail: arrival.plate_tail }) : null;
  return h("p", { class: "who" }, [arrival.guardian, tail].filter(Boolean).join(" · "));
}

function actButton(arrival, [act, look, mark], { busy, onAct }) {
  const name = t(`teacher.${act}`);
  return h(
    "button",
    {
      type: "button",
      class: look,
      "data-act": act,
      "aria-label": t("teacher.act_label", { act: name, name: arrival.pupil }),
      "aria-busy": busy === act ? "true" : null,
      disabled: Boolean(busy),
      onclick: () => onAct(arrival, act),
    },
    icon(mark),
    name,
  );
}

function undoButton(arrival, { busy, onAct }) {
  if (undoLeft(arrival) === 0) return null;
  const button = h(
    "button",
    {
      type: "button",
      class: "plain undo number",
      "data-act": "undo",
      "data-undo": arrival.undo_until,
      "data-name": arrival.pupil,
      "aria-busy": busy === "undo" ? "true" : null,
      disabled: Boolean(busy),
      onclick: () => onAct(arrival, "undo"),
    },
    icon("undo"),
    h("span", {}),
  );
  countDown(button);
  return button;
}

/** Once a second: the seconds left on an undo button, which goes when they are over. */
export function countDown(button) {
  const left = undoLeft({ undo_until: button.dataset.undo });
  button.lastElementChild.textContent = t("teacher.undo_in", { n: left });
  button.setAttribute("aria-label", t("teacher.undo_label", { name: button.dataset.name, n: left }));
  if (left === 0) button.remove();
}

/** `busy` is the act that is on its way, `fresh` marks one that has just come. */
export function card(arrival, { busy, fresh, onAct }) {
  const acts = actsOf(arrival).map((act) => actButton(arrival, act, { busy, onAct }));
  return h(
    "li",
    { class: `card arrival ${arrival.phase} ${fresh ? "fresh" : ""}`, "data-id": arrival.id, "data-phase": arrival.phase, "data-doubt": arrival.doubt ?? null },
    h(
      "div",
      { class: "top" },
      h("span", { class: "order number", title: t("teacher.order", { n: arrival.order }) }, arrival.order),
      h("h2", { class: "pupil" }, arrival.pupil),
      pill(arrival),
      h(
        "div",
        { class: "sub" },
        details(arrival),
        h("time", { class: "number", datetime: arrival.arrived_at }, clock(arrival.arrived_at)),
      ),
    ),
    warnings(arrival),
    h("div", { class: "acts" }, acts, undoButton(arrival, { busy, onAct })),
  );
}

export function row(arrival, { busy, onAct }) {
  return h(
    "li",
    { class: "done-row", "data-id": arrival.id, "data-phase": arrival.phase },
    h("span", { class: "order number" }, arrival.order),
    h(
      "span",
      { class: "names" },
      h("strong", {}, arrival.pupil),
      h("span", { class: "soft small number" }, clock(arrival.changed_at)),
      arrival.car_left_at && arrival.phase === "handed_over" ? null : warnings(arrival).slice(3),
    ),
    pill(arrival),
    undoButton(arrival, { busy, onAct }),
  );
}
