// Before something is written: what it would do, in words. What is refused cannot be saved; reservations that would lose their
// space are named, and whoever saves decides between keeping them (nothing is changed) and cancelling them.

import { fill, h, icon, t } from "./kit.js";
import { between } from "./garage-time.js";
import { conflictWords } from "./share-words.js";

const SHOWN = 8;

/** Writes at once if there is nothing to say and `always` is not set. `write(affected)` may throw; what it throws is shown. */
export async function previewStep({ place, preview, nameOfWindow, title, yes, danger, always, back, write }) {
  const { conflicts, affected } = preview;
  if (!always && conflicts.length === 0 && affected.number === 0) return write("refuse");
  const refused = conflicts.some((conflict) => conflict.refused);
  const wrong = h("p", { class: "field-error", role: "alert" });
  const go = h("button", { type: "button", class: danger || affected.number > 0 ? "danger" : "main" }, affected.number > 0 ? t("preview.cancel_them", { n: affected.number, yes }) : yes);
  go.addEventListener("click", async () => {
    go.setAttribute("aria-busy", "true");
    wrong.textContent = "";
    try {
      await write(affected.number > 0 ? "cancel" : "refuse");
    } catch (error) {
      wrong.textContent = error.words ?? String(error);
    } finally {
      go.removeAttribute("aria-busy");
    }
  });
  const keep = h("button", { type: "button", onclick: back }, affected.number > 0 && !refused ? t("preview.keep_them") : t("preview.back"));
  fill(place, h("div", { class: "stack" }, h("h3", { tabindex: "-1" }, refused ? t("preview.refused") : title), conflicts.map((it) => note(it, nameOfWindow)), refused ? null : affectedList(affected), wrong, h("div", { class: "row end" }, keep, refused ? null : go)));
  place.querySelector("h3").focus();
}

const note = (conflict, name) => h("p", { class: `note ${conflict.refused ? "bad" : "warn"}` }, icon("warn"), h("span", {}, conflictWords(conflict, name)));

function affectedList({ number, first }) {
  if (number === 0) return h("p", { class: "note good" }, icon("check"), t("preview.none_affected"));
  const line = ({ audience, starts_at, ends_at }) => h("li", {}, `${between(starts_at, ends_at)} · ${t(`audience.${audience}`)}`);
  const rest = number - Math.min(SHOWN, first.length);
  return h("div", { class: "stack-small" }, h("p", { class: "note warn" }, icon("warn"), h("span", {}, t("preview.affected", { n: number }))), h("ul", { class: "dots" }, first.slice(0, SHOWN).map(line)), rest > 0 ? h("p", { class: "soft" }, t("preview.rest", { n: rest })) : null, h("p", { class: "soft" }, t("preview.choice")));
}
