// One reservation in a dialog: what it is, and what an operator may do with it.

import { ask, dayClock, fill, h, t, toast } from "./kit.js";
import { between, lengthOf } from "./garage-time.js";
import { dialogOf } from "./form-parts.js";
import { nameOf } from "./operator-frame.js";
import { actOn, changeTimes } from "./sharing-api.js";

const LIVE = ["waiting", "held", "confirmed"];
const EXTENDABLE = ["confirmed", "checked_in", "overstayed"];
const MORE_MS = 30 * 60_000;

export function showReservation({ garage, pools, reservation, done }) {
  const dialog = dialogOf(reservation.plate ?? t("day.no_plate"));
  const pool = pools.find(({ id }) => id === reservation.pool);
  const facts = [
    ["state", `${t(`state.${reservation.state}`)}${reservation.cause ? ` · ${t(`cause.${reservation.cause}`)}` : ""}`],
    ["time", `${between(reservation.starts_at, reservation.ends_at)} · ${lengthOf(reservation.starts_at, reservation.ends_at)}`],
    ["audience", t(`audience.${reservation.audience}`)],
    ["pool", pool ? nameOf(pool) : reservation.pool],
    ["space", reservation.space],
    ["origin", t(`origin.${reservation.origin}`)],
    ["since", dayClock(reservation.state_since)],
    ["waiting", reservation.waiting_before === null || reservation.waiting_before === undefined ? null : t("panel.before", { n: reservation.waiting_before })],
  ];
  const wrong = h("p", { class: "field-error", role: "alert" });
  const work = async (button, call, text) => {
    button.setAttribute("aria-busy", "true");
    wrong.textContent = "";
    try {
      await call();
      dialog.close();
      toast(text, "good");
      done();
    } catch (error) {
      wrong.textContent = error.words;
      if (error.status === 412) done();
    } finally {
      button.removeAttribute("aria-busy");
    }
  };
  const cancel = async ({ target }) => {
    const yes = await ask({ title: t("panel.cancel_title"), text: t("panel.cancel_text"), yes: t("panel.cancel"), no: t("frame.cancel"), danger: true });
    if (yes) work(target, () => actOn(garage, reservation, "cancel"), t("panel.cancelled"));
  };
  const later = new Date(Date.parse(reservation.ends_at) + MORE_MS).toISOString();
  const extend = ({ target }) => work(target, () => changeTimes(garage, reservation, { ends_at: later }), t("panel.extended"));
  fill(
    dialog.body,
    h("div", { class: "stack" },
      h("dl", { class: "facts" }, facts.filter(([, text]) => text).map(([key, text]) => h("div", {}, h("dt", {}, t(`panel.${key}`)), h("dd", {}, text)))),
      wrong,
      h("div", { class: "row end" },
        LIVE.includes(reservation.state) ? h("button", { type: "button", class: "danger", onclick: cancel }, t("panel.cancel")) : null,
        EXTENDABLE.includes(reservation.state) ? h("button", { type: "button", onclick: extend }, t("panel.extend")) : null,
        h("button", { type: "button", class: "main", onclick: () => dialog.close() }, t("frame.close")))),
  );
  dialog.open();
}
