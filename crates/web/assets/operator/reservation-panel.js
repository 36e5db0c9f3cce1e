// One reservation in a dialog: what it is, and what an operator may do with it. Coming and leaving are the gate's to tell, so there
// are no buttons for them.

import { ask, dayClock, fill, h, now, t, toast } from "./kit.js";
import { between, lengthOf } from "./garage-time.js";
import { badNote, once } from "./dialog-form.js";
import { dialogOf } from "./form-parts.js";
import { nameOf } from "./operator-frame.js";
import { changeReservation } from "./reservation-change.js";
import { actOn, changeTimes } from "./sharing-api.js";

const MORE_MS = 30 * 60_000;
// Somebody else, or the gate, was quicker: what is shown is no longer so.
const OVERTAKEN = ["reservation_changed", "wrong_phase", "not_found"];

/** What each state allows, in the order of the buttons. */
const ACTS = {
  waiting: ["cancel", "change"],
  held: ["cancel", "change", "confirm"],
  confirmed: ["cancel", "change", "extend"],
  checked_in: ["change", "extend"],
};

export function showReservation({ garage, pools, reservation, done }) {
  const dialog = dialogOf(reservation.plate ?? t("day.no_plate"));
  const wrong = h("div", { role: "alert" });
  const run = (button, call, text) => once(button, dialog.body, async () => {
    fill(wrong);
    try {
      await call();
      dialog.close();
      toast(text, "good");
      done();
    } catch (error) {
      if (!error.words) throw error;
      if (!OVERTAKEN.includes(error.code)) return fill(wrong, badNote(error.words));
      dialog.close();
      toast(error.words, "bad");
      done();
    }
  });
  const acts = {
    async cancel({ currentTarget: button }) {
      const yes = await ask({ title: t("panel.cancel_title"), text: cancelText(reservation), yes: t("panel.cancel"), no: t("frame.cancel"), danger: true });
      if (yes) run(button, () => actOn(garage, reservation, "cancel"), t("panel.cancelled"));
    },
    change() {
      dialog.close();
      changeReservation({ garage, pools, reservation, done });
    },
    confirm: ({ currentTarget: button }) => run(button, () => actOn(garage, reservation, "confirm"), t("panel.confirmed")),
    extend: ({ currentTarget: button }) => run(button, () => changeTimes(garage, reservation, { ends_at: later(reservation) }), t("panel.extended")),
  };
  const buttons = (ACTS[reservation.state] ?? []).map((act) => h("button", { type: "button", class: { cancel: "danger", confirm: "main" }[act], onclick: acts[act] }, t(`panel.${act}`)));
  const hint = { checked_in: "panel.hint_inside", overstayed: "panel.hint_overstayed", confirmed: "panel.hint_confirmed" }[reservation.state];
  const facts = factsOf(reservation, pools).map(([key, text]) => h("div", {}, h("dt", {}, t(`panel.${key}`)), h("dd", {}, text)));
  fill(dialog.body, h("div", { class: "stack" }, h("dl", { class: "facts" }, facts), hint ? h("p", { class: "soft" }, t(hint)) : null, wrong, h("div", { class: "row end" }, buttons)));
  dialog.open();
}

const later = ({ ends_at }) => new Date(Date.parse(ends_at) + MORE_MS).toISOString();
const cancelText = ({ starts_at, state }) => t(state !== "waiting" && Date.parse(starts_at) < now() ? "panel.cancel_late" : "panel.cancel_text");

function factsOf(reservation, pools) {
  const { audience, cause, ends_at, enter_from, enter_until, expires_at, kept_until, origin, space, starts_at, state, state_since, waiting_before } = reservation;
  const pool = pools.find(({ id }) => id === reservation.pool);
  const facts = [
    ["state", `${t(`state.${state}`)}${cause ? ` · ${t(`cause.${cause}`)}` : ""}`],
    ["time", `${between(starts_at, ends_at)} · ${lengthOf(starts_at, ends_at)}`],
    ["enter", enter_from && enter_until ? between(enter_from, enter_until) : null],
    ["kept", kept_until ? t("panel.until", { at: dayClock(kept_until) }) : null],
    ["expires", expires_at ? t("panel.until", { at: dayClock(expires_at) }) : null],
    ["audience", t(`audience.${audience}`)],
    ["pool", pools.length > 1 ? (pool ? nameOf(pool) : reservation.pool) : null],
    ["space", space],
    ["origin", t(`origin.${origin}`)],
    ["since", dayClock(state_since)],
    ["waiting", typeof waiting_before === "number" ? t("panel.before", { n: waiting_before }) : null],
  ];
  return facts.filter(([, text]) => text);
}
