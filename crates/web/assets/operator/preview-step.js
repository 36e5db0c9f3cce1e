// Before something is written: what it would do, in words. What is refused cannot be saved; reservations that would lose their
// space are named, and whoever saves decides between keeping them (nothing is changed) and cancelling them.

import { fill, h, icon, t } from "./kit.js";
import { once } from "./dialog-form.js";
import { between } from "./garage-time.js";
import { conflictWords } from "./share-words.js";

const SHOWN = 8;
/** What was looked at is not so any more: it is looked at again. */
const OVERTAKEN = ["reservations_affected", "window_conflict"];

/**
 * Shows in `place` what `look()` answers. `write(affected)` is called at once if there is nothing to say and not `always`, else when
 * the button `yes` is pressed. `back()` shows the form again; `refused(error)` tells the form what it is told of one of its fields.
 * `reason` says that drivers read one.
 */
export async function previewStep(step, overtaken = false) {
  const preview = await step.look();
  const { conflicts, affected } = preview;
  if (!step.always && !overtaken && conflicts.length === 0 && affected.number === 0) return step.write("refuse");
  const refused = conflicts.some((conflict) => conflict.refused);
  fill(
    step.place,
    h("div", { class: "stack" },
      h("h3", { tabindex: "-1" }, refused ? t("preview.refused") : step.title),
      overtaken ? warning("warn", t("preview.overtaken")) : null,
      conflicts.map((it) => warning(it.refused ? "bad" : "warn", conflictWords(it, step.nameOfWindow))),
      refused ? null : affectedList(affected, step.reason),
      buttons(step, affected.number, refused)),
  );
  step.place.querySelector("h3").focus();
}

function buttons(step, number, refused) {
  const { place, yes, danger, back } = step;
  const wrong = h("p", { class: "field-error", role: "alert" });
  const go = h("button", { type: "button", class: danger || number > 0 ? "danger" : "main", onclick: () => once(go, place, press) }, number > 0 ? t("preview.cancel_them", { n: number, yes }) : yes);
  const press = async () => {
    wrong.textContent = "";
    try {
      await write(step, number > 0 ? "cancel" : "refuse");
    } catch (error) {
      wrong.textContent = error.words ?? t("problem.unknown");
    }
  };
  const keep = h("button", { type: "button", onclick: back }, t(number > 0 && !refused ? "preview.keep_them" : "preview.back"));
  return [wrong, h("div", { class: "row end" }, keep, refused ? null : go)];
}

async function write(step, affected) {
  try {
    await step.write(affected);
  } catch (error) {
    if (OVERTAKEN.includes(error.code)) return previewStep(step, true);
    if (!error.field || !step.refused) throw error;
    step.back();
    step.refused(error);
  }
}

const warning = (colour, text) => h("p", { class: `note ${colour}` }, icon("warn"), h("span", {}, text));

function affectedList({ number, first }, reason) {
  if (number === 0) return h("p", { class: "note good" }, icon("check"), t("preview.none_affected"));
  const line = ({ audience, starts_at, ends_at }) => h("li", {}, `${between(starts_at, ends_at)} · ${t(`audience.${audience}`)}`);
  const rest = number - Math.min(SHOWN, first.length);
  return h("div", { class: "stack-small" },
    warning("warn", t("preview.affected", { n: number })),
    h("ul", { class: "dots" }, first.slice(0, SHOWN).map(line)),
    rest > 0 ? h("p", { class: "soft" }, t("preview.rest", { n: rest })) : null,
    h("p", { class: "soft" }, t(reason ? "preview.choice_with_reason" : "preview.choice")));
}
