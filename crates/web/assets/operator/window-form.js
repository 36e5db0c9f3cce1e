// The form of a window in a dialog. Saving and ending show first what they would do.

import { fill, h, t, toast } from "./kit.js";
import { faults, once } from "./dialog-form.js";
import { dialogOf } from "./form-parts.js";
import { previewStep } from "./preview-step.js";
import { ruleName } from "./share-words.js";
import { addWindow, changeWindow, endWindow, previewWindow } from "./sharing-api.js";
import { everyday, fillUsual, follow, more } from "./window-fields.js";
import { missing, NAMES, ruleOf, usual } from "./window-rule.js";

/** `window` is null for a new one; `suspend` offers to close only the opening that was pressed. */
export function editWindow({ garage, pools, pool, window, opening, suspend, nameOfWindow, done }) {
  const old = window?.rule ?? null;
  const rule = old ?? usual("public", pools.find(({ id }) => id === pool) ?? pools[0]);
  const dialog = dialogOf(window ? t("form.change_window", { name: ruleName(old) }) : t("form.new_window"));
  const wrong = h("div", { role: "alert" });
  const form = h("form", { class: "stack", novalidate: true }, opening ? h("p", { class: "note" }, t("form.opening_of", { day: opening.day })) : null, everyday(rule, pools), more(rule), wrong, buttons());
  const fault = faults(form, wrong, NAMES);
  const size = () => pools.find(({ id }) => id === (form.elements.in_pool?.value ?? rule.pool))?.size ?? Infinity;
  // The same key while the same window is tried again, so that a lost answer does not make two.
  let attempt = { body: "", key: "" };

  function buttons() {
    const button = (key, attributes) => h("button", { type: "button", ...attributes }, t(key));
    return h("div", { class: "row end" },
      window ? button("form.end_window", { class: "danger", onclick: end }) : null,
      suspend ? button("form.only_this_day", { onclick: onlyThisDay }) : null,
      button("frame.cancel", { onclick: () => dialog.close() }),
      h("button", { class: "main" }, t("form.save")));
  }

  function onlyThisDay() {
    dialog.close();
    suspend();
  }

  const show = () => fill(dialog.body, form);
  const back = () => {
    show();
    form.querySelector(".main").focus();
  };
  const told = (key) => {
    dialog.close();
    toast(t(key), "good");
    done();
  };
  const refused = (error) => {
    fault.refused(error);
    if (error.status === 412) done();
  };

  /** Shows what it would do, in place of the form. */
  const step = (button, texts) => once(button, form, async () => {
    fault.clear();
    try {
      await previewStep({ place: dialog.body, nameOfWindow, back, refused, ...texts });
    } catch (error) {
      refused(error);
    }
  });

  function end(event) {
    step(event.currentTarget, {
      title: t("form.end_title"), yes: t("form.end_yes"), danger: true, always: true,
      look: () => previewWindow(garage, window.id, null),
      write: async (affected) => {
        await endWindow(garage, window, affected);
        told("form.ended");
      },
    });
  }

  function save(event) {
    event.preventDefault();
    fault.clear();
    const asked = ruleOf(form, rule);
    const lacks = missing(asked, form, size());
    if (lacks) return fault.say(lacks[0], t(lacks[1], { n: size() }));
    const body = JSON.stringify(asked);
    if (attempt.body !== body) attempt = { body, key: crypto.randomUUID() };
    step(event.submitter, {
      title: t("form.check_title"), yes: t("form.save_anyway"),
      look: () => previewWindow(garage, window?.id, asked),
      write: async (affected) => {
        await (window ? changeWindow(garage, window, asked, affected) : addWindow(garage, asked, attempt.key, affected));
        told("form.saved");
      },
    });
  }

  form.addEventListener("submit", save);
  form.addEventListener("input", ({ target }) => {
    if (target === form.elements.audience && !window) fillUsual(form, pools);
    follow(form);
  });
  follow(form);
  show();
  dialog.open();
}
