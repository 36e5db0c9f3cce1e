// Rules of a garage that belong to no window: from how many strikes a plate is blocked, how many reservations one may have.

import { h, t } from "./kit.js";
import { formDialog } from "./dialog-form.js";
import { field } from "./form-parts.js";
import { putSharingRules, sharingRules } from "./sharing-api.js";

/** Least and most of each, as the server has them. */
const FIELDS = { strikes: [0, 100], strike_days: [1, 365], block_days: [1, 365], live_per_person: [1, 100], live_per_plate: [1, 100] };

export async function editRules({ garage, done }) {
  const { json, etag } = await sharingRules(garage);
  const number = (name) => h("input", { name, type: "number", inputmode: "numeric", required: true, min: FIELDS[name][0], max: FIELDS[name][1], value: json[name] });
  const row = (name, hint) => field(name, t(`rules.${name}`), number(name), hint);
  formDialog({
    title: t("rules.title"),
    content: [
      h("p", { class: "soft" }, t("rules.hint")),
      row("strikes", t("rules.strikes_hint")),
      h("div", { class: "pair" }, row("strike_days"), row("block_days")),
      h("div", { class: "pair" }, row("live_per_person"), row("live_per_plate")),
    ],
    yes: t("form.save"),
    check: outside,
    async send(elements) {
      await putSharingRules(garage, Object.fromEntries(Object.keys(FIELDS).map((name) => [name, Number(elements[name].value)])), etag);
      done();
      return t("form.saved");
    },
  });
}

function outside(elements) {
  const fits = ([name, [least, most]]) => {
    const value = Number(elements[name].value);
    return elements[name].value !== "" && Number.isInteger(value) && value >= least && value <= most;
  };
  const wrong = Object.entries(FIELDS).find((it) => !fits(it));
  return wrong ? [wrong[0], t("rules.outside", { least: wrong[1][0], most: wrong[1][1] })] : null;
}
