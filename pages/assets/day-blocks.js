// Plates that the garage does not take, and strikes; both are lifted with a reason.

import { byId, dayClock, fill, h, icon, t, toast } from "./kit.js";
import { instantOf } from "./garage-time.js";
import { dialogOf, field } from "./form-parts.js";
import { addBlock as send, liftBlock, liftStrike } from "./sharing-api.js";

const SHOWN = 20;

export function drawBlocks({ blocks, strikes }, context) {
  const { garage, done } = context;
  const ask = (title, lift) => reasonFor(title, lift, done);
  const block = (it) => {
    const facts = [it.reason, it.by_rule ? t("blocks.by_rule") : t("blocks.by_hand"), it.until ? t("blocks.until", { at: dayClock(it.until) }) : t("blocks.no_end")];
    const lift = () => ask(t("blocks.lift_title", { plate: it.plate }), (reason) => liftBlock(garage, it.id, reason));
    return entry(it.plate, facts, h("button", { type: "button", "aria-label": t("blocks.lift_title", { plate: it.plate }), onclick: lift }, t("blocks.lift")));
  };
  const strike = (it) => {
    const plate = it.plate ?? t("day.no_plate");
    const facts = [t(`strike.${it.kind}`), dayClock(it.at), it.lifted_at ? t("blocks.lifted", { reason: it.lift_reason ?? "" }) : null];
    const lift = () => ask(t("strike.lift_title", { plate }), (reason) => liftStrike(garage, it.id, reason));
    return entry(plate, facts, it.lifted_at ? null : h("button", { type: "button", "aria-label": t("strike.lift_title", { plate }), onclick: lift }, t("strike.lift")));
  };
  fill(byId("blocks"), blocks.length ? blocks.map(block) : h("li", { class: "soft" }, t("blocks.none")));
  const more = strikes.length > SHOWN ? h("li", { class: "soft" }, t("strike.more", { n: strikes.length - SHOWN })) : null;
  fill(byId("strikes"), strikes.length ? [...strikes.slice(0, SHOWN).map(strike), more] : h("li", { class: "soft" }, t("strike.none")));
}

const entry = (plate, facts, button) =>
  h("li", {}, h("span", { class: "grow" }, h("strong", { class: "number" }, plate), h("span", { class: "soft small below" }, facts.filter(Boolean).join(" · "))), button);

/** A dialog with one field; `act(reason)` may throw. */
function reasonFor(title, act, done) {
  const reason = h("textarea", { name: "reason", rows: 2, maxlength: 500, required: true });
  inDialog(title, [field("reason", t("blocks.reason"), reason, t("blocks.reason_hint"))], t("blocks.ok"), () => {
    const why = reason.value.trim();
    return why.length < 3 ? t("closure.missing_reason") : act(why).then(done);
  });
}

export function addBlock({ garage, done }) {
  const plate = h("input", { name: "plate", maxlength: 16, autocomplete: "off", placeholder: "鲁B12345", required: true });
  const reason = h("textarea", { name: "reason", rows: 2, maxlength: 500, required: true });
  const until = h("input", { name: "until", type: "date" });
  const fields = [field("plate", t("reserve.plate"), plate), field("reason", t("blocks.reason"), reason, t("blocks.reason_hint")), field("until", t("blocks.until_day"), until, t("blocks.until_hint"))];
  inDialog(t("blocks.add_title"), fields, t("day.add_block"), () => {
    if (plate.value.trim() === "") return t("reserve.missing_plate");
    if (reason.value.trim().length < 3) return t("closure.missing_reason");
    const end = until.value ? { until: new Date(instantOf(until.value, "23:59")).toISOString() } : {};
    return send(garage, { plate: plate.value.trim(), reason: reason.value.trim(), ...end }).then(done);
  });
}

/** `work()` answers what is wrong, or a promise. */
function inDialog(title, fields, yes, work) {
  const dialog = dialogOf(title);
  const wrong = h("p", { class: "field-error", role: "alert" });
  const form = h("form", { class: "stack", novalidate: true }, fields, h("p", { class: "soft small" }, icon("door"), " ", t("blocks.always_out")), wrong, h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, t("frame.cancel")), h("button", { class: "main" }, yes)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.textContent = "";
    const begun = work();
    if (typeof begun === "string") {
      wrong.textContent = begun;
      return;
    }
    try {
      await begun;
      dialog.close();
      toast(t("blocks.saved"), "good");
    } catch (error) {
      wrong.textContent = error.words;
    }
  });
  fill(dialog.body, form);
  dialog.open();
}
