// A form in a dialog: checked here, sent once at a time, and what is refused is said at the field that the problem names.

import { fill, h, icon, t, toast } from "./kit.js";
import { dialogOf } from "./form-parts.js";

/**
 * Opens it. `check(elements)` answers `[name, words]` of a field that is wrong, or null; `send(elements)` may throw; after it the
 * dialog closes and what it answers is shown as a short message. `names` is the form's name of each field of a problem;
 * `explain(error)` says more than the error's words; `beside` are further buttons.
 */
export function formDialog({ title, content, yes, names = {}, check = () => null, send, explain, beside = [] }) {
  const dialog = dialogOf(title);
  const wrong = h("div", { role: "alert" });
  const back = h("button", { type: "button", onclick: () => dialog.close() }, t("frame.cancel"));
  const form = h("form", { class: "stack", novalidate: true }, content, wrong, h("div", { class: "row end" }, beside, back, h("button", { class: "main" }, yes)));
  const refused = (error) => said(form, wrong, names[error.field] ?? fieldOf(error), explain?.(error) ?? wordsOf(error));
  const run = (button, work) => once(button, form, async () => {
    clear(form, wrong);
    try {
      const text = await work();
      dialog.close();
      if (text) toast(text, "good");
    } catch (error) {
      refused(error);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const lacks = check(form.elements);
    clear(form, wrong);
    if (lacks) said(form, wrong, ...lacks);
    else run(event.submitter, () => send(form.elements));
  });
  fill(dialog.body, form);
  dialog.open();
  return { form, run };
}

/** A second press while the first is on its way, within `frame`, does nothing. */
export async function once(button, frame, work) {
  if (frame.getAttribute("aria-busy")) return;
  frame.setAttribute("aria-busy", "true");
  button?.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    frame.removeAttribute("aria-busy");
    button?.removeAttribute("aria-busy");
  }
}

/** What is wrong with `form`, said at its fields or else in `wrong`; `names` is as in `formDialog`. */
export const faults = (form, wrong, names = {}) => ({
  clear: () => clear(form, wrong),
  say: (name, words) => said(form, wrong, name, words),
  refused: (error) => said(form, wrong, names[error.field?.replaceAll(/\[\d+\]/g, "")] ?? fieldOf(error), wordsOf(error)),
});

export const badNote = (words) => h("p", { class: "note bad" }, icon("warn"), h("span", {}, words));

/** `plate`, and `last_day` of `spans[0].last_day`. */
const fieldOf = ({ field }) => field?.split(".").at(-1) ?? null;

const wordsOf = (error) => {
  if (!error.words) throw error;
  return error.code === "invalid_body" && error.detail ? `${error.words} (${error.detail})` : error.words;
};

/** At the field with that name, or the group of ticks, if the form shows it, else above the buttons. */
function said(form, wrong, name, words) {
  const found = name ? form.elements[name] : null;
  found?.closest?.("details")?.setAttribute("open", "");
  if (found instanceof RadioNodeList) return saidOfGroup(found, words);
  if (!(found instanceof HTMLElement) || found.offsetParent === null) {
    fill(wrong, badNote(words));
    return;
  }
  saidAt(found, words);
  found.focus();
}

function saidOfGroup(boxes, words) {
  const group = boxes[0].closest("fieldset");
  group.closest("details")?.setAttribute("open", "");
  saidAt(group, words);
  boxes[0].focus();
}

function saidAt(input, words) {
  const id = `${input.id}-wrong`;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-errormessage", id);
  input.after(h("p", { class: "field-error", id, role: "alert" }, words));
  input.addEventListener("input", () => unsaid(input), { once: true });
}

function unsaid(input) {
  document.getElementById(`${input.id}-wrong`)?.remove();
  input.removeAttribute("aria-invalid");
  input.removeAttribute("aria-errormessage");
}

function clear(form, wrong) {
  for (const input of form.querySelectorAll("[aria-invalid]")) unsaid(input);
  fill(wrong);
}
