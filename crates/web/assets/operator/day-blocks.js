// Plates that the garage does not take, and strikes; both are lifted with a reason.

import { byId, dayClock, fill, h, icon, now, t } from "./kit.js";
import { dateOf, instantOf } from "./garage-time.js";
import { formDialog } from "./dialog-form.js";
import { field } from "./form-parts.js";
import { isTooShort } from "./reason.js";
import { addBlock as send, liftBlock, liftStrike } from "./sharing-api.js";

const SHOWN = 20;

export function drawBlocks({ blocks, strikes }, { garage, done }) {
  const block = (it) => {
    const facts = [it.reason, it.by_rule ? t("blocks.by_rule") : t("blocks.by_hand"), it.until ? t("blocks.until", { at: dayClock(it.until) }) : t("blocks.no_end")];
    const title = t("blocks.lift_title", { plate: it.plate });
    const lift = () => reasonFor(title, (reason) => liftBlock(garage, it.id, reason), done);
    return entry(it.plate, facts, h("button", { type: "button", "aria-label": title, "data-focus": `block-${it.id}`, onclick: lift }, t("blocks.lift")));
  };
  const strike = (it) => {
    const plate = it.plate ?? t("day.no_plate");
    const facts = [t(`strike.${it.kind}`), dayClock(it.at), it.lifted_at ? t("blocks.lifted", { reason: it.lift_reason ?? "" }) : null];
    const title = t("strike.lift_title", { plate });
    const lift = () => reasonFor(title, (reason) => liftStrike(garage, it.id, reason), done);
    return entry(plate, facts, it.lifted_at ? null : h("button", { type: "button", "aria-label": title, "data-focus": `strike-${it.id}`, onclick: lift }, t("strike.lift")));
  };
  shorten(byId("blocks"), blocks, block, "blocks.none");
  shorten(byId("strikes"), strikes, strike, "strike.none");
}

/** The first of them; the others are counted. */
function shorten(place, items, line, none) {
  const more = items.length > SHOWN ? h("li", { class: "soft" }, t("blocks.more", { n: items.length - SHOWN })) : null;
  fill(place, items.length ? [...items.slice(0, SHOWN).map(line), more] : h("li", { class: "soft" }, t(none)));
}

const entry = (plate, facts, button) =>
  h("li", {}, h("span", { class: "grow" }, h("strong", { class: "number" }, plate), h("span", { class: "soft small below" }, facts.filter(Boolean).join(" · "))), button);

const reasonField = () => field("reason", t("blocks.reason"), h("textarea", { name: "reason", rows: 2, maxlength: 500, required: true }), t("blocks.reason_hint"));
const lacksReason = ({ reason }) => (isTooShort(reason) ? ["reason", t("closure.missing_reason")] : null);

function reasonFor(title, act, done) {
  formDialog({
    title,
    content: reasonField(),
    yes: t("blocks.ok"),
    check: lacksReason,
    async send({ reason }) {
      await act(reason.value.trim());
      done();
      return t("blocks.saved");
    },
  });
}

export function addBlock({ garage, done }) {
  formDialog({
    title: t("blocks.add_title"),
    content: [
      h("p", { class: "note" }, icon("door"), h("span", {}, t("blocks.always_out"))),
      field("plate", t("reserve.plate"), h("input", { name: "plate", maxlength: 16, autocomplete: "off", placeholder: "鲁B12345", required: true })),
      reasonField(),
      field("until", t("blocks.until_day"), h("input", { name: "until", type: "date", min: dateOf(now()) }), t("blocks.until_hint")),
    ],
    yes: t("day.add_block"),
    check: (elements) => (elements.plate.value.trim() === "" ? ["plate", t("reserve.missing_plate")] : lacksReason(elements)),
    async send({ plate, reason, until }) {
      const end = until.value ? { until: new Date(instantOf(until.value, "23:59")).toISOString() } : {};
      await send(garage, { plate: plate.value.trim(), reason: reason.value.trim(), ...end });
      done();
      return t("blocks.saved");
    },
  });
}
