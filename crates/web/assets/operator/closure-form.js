// Suspending what is shared for a time, with a reason that those who are affected read; and opening it again.

import { ask, fill, h, now, t, toast } from "./kit.js";
import { faults, once } from "./dialog-form.js";
import { dateOf, instantOf, timeOf } from "./garage-time.js";
import { dialogOf, field, select } from "./form-parts.js";
import { nameOf } from "./operator-frame.js";
import { previewStep } from "./preview-step.js";
import { isTooShort } from "./reason.js";
import { AUDIENCES } from "./share-stack.js";
import { closureWords } from "./share-words.js";
import { addClosure, endClosure, previewClosure } from "./sharing-api.js";

const HOUR_MS = 3_600_000;
const NAMES = { from: "from_day", until: "until_day" };

/** `like` is an opening whose times and audience the form begins with. */
export function newClosure({ garage, pools, pool, like, nameOfWindow, done }) {
  const dialog = dialogOf(t("closure.title"));
  const wrong = h("div", { role: "alert" });
  const buttons = h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, t("frame.cancel")), h("button", { class: "main" }, t("closure.check")));
  const form = h("form", { class: "stack", novalidate: true }, fields(pools, pool, like), wrong, buttons);
  const fault = faults(form, wrong, NAMES);
  const show = () => fill(dialog.body, form);
  const back = () => {
    show();
    form.querySelector(".main").focus();
  };
  // The same key while the same closure is tried again, so that a lost answer does not make two.
  let attempt = { body: "", key: "" };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fault.clear();
    const asked = closureOf(form);
    const lacks = missing(asked);
    if (lacks) return fault.say(...lacks);
    const body = JSON.stringify(asked);
    if (attempt.body !== body) attempt = { body, key: crypto.randomUUID() };
    const write = async (affected) => {
      await addClosure(garage, asked, attempt.key, affected);
      dialog.close();
      toast(t("closure.saved"), "good");
      done();
    };
    once(event.submitter, form, async () => {
      try {
        const texts = { title: t("closure.check_title"), yes: t("closure.yes"), danger: true, always: true, reason: true };
        await previewStep({ place: dialog.body, nameOfWindow, back, refused: fault.refused, look: () => previewClosure(garage, asked), write, ...texts });
      } catch (error) {
        fault.refused(error);
      }
    });
  });
  show();
  dialog.open();
}

function fields(pools, pool, like) {
  const start = like?.from ?? new Date(Math.ceil(now() / HOUR_MS) * HOUR_MS).toISOString();
  const end = like?.until ?? new Date(Date.parse(start) + 2 * HOUR_MS).toISOString();
  const moment = (name, at) => h("div", { class: "pair" },
    field(`${name}_day`, t(`closure.${name}_day`), h("input", { name: `${name}_day`, type: "date", required: true, value: dateOf(at) })),
    field(`${name}_time`, t(`closure.${name}_time`), h("input", { name: `${name}_time`, type: "time", required: true, value: timeOf(at) })));
  const whom = [["", t("closure.everybody")], ...AUDIENCES.map((it) => [it, t(`audience.${it}`)])];
  const where = [["", t("closure.all_pools")], ...pools.map((it) => [it.id, nameOf(it)])];
  return [
    h("p", { class: "soft" }, t("closure.hint")),
    field("audience", t("closure.whom"), select("audience", whom, like?.audience ?? "")),
    pools.length > 1 ? field("pool", t("week.pool"), select("pool", where, like?.pool ?? pool)) : null,
    moment("from", start),
    moment("until", end),
    field("spaces", t("closure.spaces"), h("input", { name: "spaces", type: "number", min: 1, inputmode: "numeric" }), t("closure.spaces_hint")),
    field("reason", t("closure.reason"), h("textarea", { name: "reason", rows: 2, maxlength: 500, required: true }), t("closure.reason_hint")),
  ];
}

function closureOf({ elements }) {
  const at = (name) => {
    const [date, time] = [elements[`${name}_day`].value, elements[`${name}_time`].value];
    return date && time ? new Date(instantOf(date, time)).toISOString() : null;
  };
  return {
    ...(elements.pool?.value ? { pool: elements.pool.value } : {}),
    ...(elements.audience.value ? { audience: elements.audience.value } : {}),
    from: at("from"),
    until: at("until"),
    ...(elements.spaces.value ? { spaces: Number(elements.spaces.value) } : {}),
    reason: elements.reason.value.trim(),
  };
}

/** The first thing that is missing, as `[field, words]`, or null. */
function missing({ from, until, spaces, reason }) {
  if (!from) return ["from_day", t("closure.missing_times")];
  if (!until || from >= until || Date.parse(until) <= now()) return ["until_day", t("closure.missing_times")];
  if (spaces !== undefined && !(Number.isInteger(spaces) && spaces >= 1)) return ["spaces", t("form.not_whole")];
  return isTooShort({ value: reason }) ? ["reason", t("closure.missing_reason")] : null;
}

/** Where those were shut out who come first, others may have reserved meanwhile: whoever opens again decides about them. */
export async function endTheClosure({ garage, closure, done }) {
  const yes = await ask({ title: t("closure.reopen_title"), text: closureWords(closure), yes: t("week.reopen"), no: t("frame.cancel") });
  if (!yes) return;
  try {
    if (await reopen(garage, closure.id)) toast(t("closure.reopened"), "good");
  } catch (error) {
    toast(error.words ?? t("problem.unknown"), "bad");
  }
  done();
}

async function reopen(garage, id) {
  try {
    await endClosure(garage, id, "refuse");
    return true;
  } catch (error) {
    if (error.code !== "reservations_affected") throw error;
    const yes = await ask({ title: t("closure.reopen_title"), text: t("closure.reopen_cancels"), yes: t("closure.reopen_and_cancel"), no: t("preview.keep_them"), danger: true });
    if (yes) await endClosure(garage, id, "cancel");
    return yes;
  }
}
