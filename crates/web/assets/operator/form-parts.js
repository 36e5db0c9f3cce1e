// Parts of forms in dialogs: fields with labels and hints, ticks, a dialog with a title and a way out.

import { h, icon, t } from "./kit.js";

let count = 0;

/** A labelled field; `hint` is read out with it. */
export function field(name, label, input, hint) {
  const id = `${name}-${(count += 1)}`;
  input.id = id;
  if (hint) input.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "field" }, h("label", { for: id }, label), input, hint ? h("p", { class: "soft small", id: `${id}-hint` }, hint) : null);
}

/** `options` is `[value, text]`. */
export const select = (name, options, chosen) =>
  h("select", { name }, options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));

export const tick = (name, text, attributes = {}) => h("label", { class: "tick" }, h("input", { type: "checkbox", name, ...attributes }), h("span", {}, text));

/** Ticks that belong together; what is wrong with them is said below them. */
export const group = (legend, boxes) => h("fieldset", { id: `group-${(count += 1)}` }, h("legend", {}, legend), h("div", { class: "ticks" }, boxes));

/** `{ body, open(), close() }`: removed when it is closed, by a button, Escape or `close()`. */
export function dialogOf(title) {
  const body = h("div");
  const id = `dialog-${(count += 1)}`;
  const shut = h("button", { type: "button", class: "quiet", "aria-label": t("frame.close"), onclick: () => dialog.close() }, icon("close"));
  const dialog = h("dialog", { class: "form", "aria-labelledby": id }, h("div", { class: "dialog-head" }, h("h2", { id }, title), shut), body);
  dialog.addEventListener("close", () => dialog.remove());
  return {
    body,
    open() {
      document.body.append(dialog);
      dialog.showModal();
    },
    close: () => dialog.close(),
  };
}
