// One child on the parent's page: what happens now in one sentence, the steps, and the receipt at the end.

import { clock, clockSeconds, day, h, icon, t } from "./kit.js";

// Steps that are done in each phase.
const STEPS_DONE = { at_gate: 0, read_again: 0, claimed: 0, waiting: 1, released: 2, handed_over: 3, rejected: 0 };
const MARKS = { at_gate: "car", read_again: "warn", claimed: "clock", waiting: "check", released: "walk", handed_over: "check", rejected: "warn" };
const COLOURS = { at_gate: "accent", read_again: "warn", claimed: "warn", waiting: "accent", released: "accent", handed_over: "good", rejected: "bad" };

/** The camera read the car as this plate and then as another one. */
function isReadAgain(arrival) {
  return arrival.phase === "waiting" && arrival.doubt === "read_again";
}

/** A guardian may report by hand once a day, and again after a refusal: a second pickup is for the gate to see. */
export function canClaim({ arrival }) {
  return !arrival || arrival.phase === "rejected" || isReadAgain(arrival);
}

function step(number, done) {
  return h(
    "li",
    { class: done ? "done" : "" },
    h("span", { class: "dot number" }, done ? icon("check") : number),
    h("span", {}, t(`parent.step${number}`)),
    h("span", { class: "unseen" }, t(done ? "parent.step_done" : "parent.step_next")),
  );
}

/** What is shown: the phase, or where the car is before it. */
function shownPhase(arrival) {
  if (!arrival) return "not_yet";
  if (isReadAgain(arrival)) return "read_again";
  return arrival.phase === "waiting" && arrival.at_gate ? "at_gate" : arrival.phase;
}

function state({ arrival }) {
  const phase = shownPhase(arrival);
  return h(
    "div",
    { class: `note state ${COLOURS[phase] ?? ""}` },
    icon(MARKS[phase] ?? "car"),
    h("div", {}, h("strong", {}, t(`parent.${phase}`)), h("p", {}, t(`parent.${phase}_sub`, { n: arrival?.order }))),
  );
}

function receipt(arrival) {
  const line = (name, value) => (value ? h("div", {}, h("dt", {}, t(name)), h("dd", { class: "number" }, value)) : null);
  const at = `${day(arrival.changed_at)} ${clockSeconds(arrival.changed_at)}`;
  return h(
    "section",
    { class: "receipt" },
    h("h3", {}, icon("check"), t("parent.receipt")),
    h(
      "dl",
      {},
      line("parent.receipt_time", at),
      line("parent.receipt_teacher", arrival.teacher),
      line("parent.receipt_plate", arrival.plate ?? t("parent.by_hand")),
      line("parent.left", arrival.car_left_at ? clock(arrival.car_left_at) : null),
    ),
  );
}

function windowText({ window: open }) {
  if (!open) return t("parent.no_window");
  // A window from midnight to midnight reads as nothing when only its times are shown.
  if (clock(open.from) === clock(open.to)) return t("parent.all_day");
  return t("parent.window", { from: clock(open.from), to: clock(open.to) });
}

export function childCard(child, { busy, onHere }) {
  const phase = child.arrival?.phase;
  const here = () => onHere([child.pupil_id]);
  return h(
    "li",
    { class: "card stack child", "data-pupil": child.pupil_id, "data-phase": phase ?? "none" },
    h(
      "div",
      {},
      h("h2", { class: "name" }, child.name),
      h("p", { class: "soft" }, `${child.class_name} · `, h("span", { class: "number window" }, windowText(child))),
    ),
    state(child),
    h("ol", { class: "steps" }, [1, 2, 3].map((number) => step(number, number <= (STEPS_DONE[shownPhase(child.arrival)] ?? 0)))),
    phase === "handed_over" ? receipt(child.arrival) : null,
    canClaim(child)
      ? h(
          "button",
          { type: "button", class: "main wide", "data-act": "here", disabled: busy, "aria-busy": busy ? "true" : null, onclick: here },
          icon("pin"),
          t("parent.here"),
        )
      : null,
  );
}
