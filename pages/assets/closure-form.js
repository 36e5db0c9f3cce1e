// Suspending what is shared for a time, with a reason that those who are affected read; and opening it again.

import { ask, fill, h, now, t, toast } from "./kit.js";
import { dateOf, instantOf, timeOf } from "./garage-time.js";
import { dialogOf, field, select } from "./form-parts.js";
import { nameOf } from "./operator-frame.js";
import { previewStep } from "./preview-step.js";
import { AUDIENCES } from "./share-stack.js";
import { closureWords } from "./share-words.js";
import { addClosure, endClosure, previewClosure } from "./sharing-api.js";

const HOUR_MS = 3_600_000;

/** `like` is an opening whose times and audience the form begins with. */
export function newClosure({ garage, pools, pool, like, nameOfWindow, done }) {
  const dialog = dialogOf(t("closure.title"));
  const wrong = h("p", { class: "field-error", role: "alert" });
  const start = like?.from ?? new Date(Math.ceil(now() / HOUR_MS) * HOUR_MS).toISOString();
  const end = like?.until ?? new Date(new Date(start).getTime() + 2 * HOUR_MS).toISOString();
  const time = (name, at) => h("input", { name, type: "time", required: true, value: timeOf(at) });
  const date = (name, at) => h("input", { name, type: "date", required: true, value: dateOf(at) });
  const form = h(
    "form",
    { class: "stack", novalidate: true },
    h("p", { class: "soft" }, t("closure.hint")),
    field("audience", t("closure.whom"), select("audience", [["", t("closure.everybody")], ...AUDIENCES.map((it) => [it, t(`audience.${it}`)])], like?.audience ?? "")),
    pools.length > 1 ? field("pool", t("week.pool"), select("pool", [["", t("closure.all_pools")], ...pools.map((it) => [it.id, nameOf(it)])], like?.pool ?? pool)) : null,
    h("div", { class: "pair" }, field("from_day", t("closure.from_day"), date("from_day", start)), field("from_time", t("closure.from_time"), time("from_time", start))),
    h("div", { class: "pair" }, field("until_day", t("closure.until_day"), date("until_day", end)), field("until_time", t("closure.until_time"), time("until_time", end))),
    field("spaces", t("closure.spaces"), h("input", { name: "spaces", type: "number", min: 1, inputmode: "numeric" }), t("closure.spaces_hint")),
    field("reason", t("closure.reason"), h("textarea", { name: "reason", rows: 2, maxlength: 500, required: true }), t("closure.reason_hint")),
    wrong,
    h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, t("frame.cancel")), h("button", { class: "main" }, t("closure.check"))),
  );
  const show = () => fill(dialog.body, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = closureOf(form);
    const key = crypto.randomUUID();
    wrong.textContent = lacks(asked);
    if (wrong.textContent) return;
    event.submitter?.setAttribute("aria-busy", "true");
    try {
      const preview = await previewClosure(garage, asked);
      const write = async (affected) => {
        await addClosure(garage, asked, key, affected);
        dialog.close();
        toast(t("closure.saved"), "good");
        done();
      };
      await previewStep({ place: dialog.body, preview, nameOfWindow, title: t("closure.check_title"), yes: t("closure.yes"), danger: true, always: true, back: show, write });
    } catch (error) {
      wrong.textContent = error.detail && error.status !== 0 ? `${error.words} (${error.detail})` : error.words;
    } finally {
      event.submitter?.removeAttribute("aria-busy");
    }
  });
  show();
  dialog.open();
}

function closureOf({ elements }) {
  const at = (name) => (elements[`${name}_day`].value && elements[`${name}_time`].value ? new Date(instantOf(elements[`${name}_day`].value, elements[`${name}_time`].value)).toISOString() : null);
  return {
    ...(elements.pool?.value ? { pool: elements.pool.value } : {}),
    ...(elements.audience.value ? { audience: elements.audience.value } : {}),
    from: at("from"),
    until: at("until"),
    ...(elements.spaces.value ? { spaces: Number(elements.spaces.value) } : {}),
    reason: elements.reason.value.trim(),
  };
}

function lacks({ from, until, reason }) {
  if (!from || !until || from >= until) return t("closure.missing_times");
  return reason.length < 3 ? t("closure.missing_reason") : "";
}

export async function endTheClosure({ garage, closure, done }) {
  const yes = await ask({ title: t("closure.reopen_title"), text: closureWords(closure), yes: t("week.reopen"), no: t("frame.cancel") });
  if (!yes) return;
  try {
    await endClosure(garage, closure.id);
    toast(t("closure.reopened"), "good");
  } catch (error) {
    toast(error.words, "bad");
  }
  done();
}
