// The form of a window in a dialog: what everybody needs in sight, the rest under "more". Saving shows first what it would do.

import { fill, h, t, toast } from "./kit.js";
import { nameOf } from "./operator-frame.js";
import { AUDIENCES } from "./share-stack.js";
import { clockOf, hoursWords, ruleName, WEEKDAYS, weekdayWord } from "./share-words.js";
import { addWindow, changeWindow, endWindow, previewWindow } from "./sharing-api.js";
import { dialogOf, field, select, tick } from "./form-parts.js";
import { previewStep } from "./preview-step.js";
import { lengthBetween, missing, ruleOf, staggerText, usual } from "./window-rule.js";

/** `window` is null for a new one; `suspend` offers to close only the opening that was clicked. */
export function editWindow({ garage, pools, pool, window, opening, suspend, nameOfWindow, done }) {
  const old = window?.rule ?? null;
  const rule = old ?? usual("public", pools.find(({ id }) => id === pool) ?? pools[0]);
  const dialog = dialogOf(window ? t("form.change_window", { name: ruleName(old) }) : t("form.new_window"));
  const wrong = h("p", { class: "field-error", role: "alert" });
  const form = h("form", { class: "stack", novalidate: true }, ...everyday(rule, pools, !window), more(rule), wrong, buttons());
  const size = () => pools.find(({ id }) => id === (form.elements.in_pool?.value ?? rule.pool))?.size ?? Infinity;

  function buttons() {
    const ending = window ? h("button", { type: "button", class: "danger", onclick: end }, t("form.end_window")) : null;
    const only = suspend ? h("button", { type: "button", onclick: onlyThisDay }, t("form.only_this_day")) : null;
    return h("div", { class: "row end" }, ending, only, h("button", { type: "button", onclick: () => dialog.close() }, t("frame.cancel")), h("button", { class: "main" }, t("form.save")));
  }

  function onlyThisDay() {
    dialog.close();
    suspend();
  }

  const show = () => fill(dialog.body, form);
  const fail = (error) => (wrong.textContent = error.detail && error.status !== 0 ? `${error.words} (${error.detail})` : error.words);
  const told = (text) => {
    dialog.close();
    toast(text, "good");
    done();
  };
  const step = (preview, texts, write) => previewStep({ place: dialog.body, preview, nameOfWindow, back: show, write, ...texts });

  async function end() {
    wrong.textContent = "";
    try {
      const preview = await previewWindow(garage, window.id, null);
      step(preview, { title: t("form.end_title"), yes: t("form.end_yes"), danger: true, always: true }, async (affected) => {
        await endWindow(garage, window, affected);
        told(t("form.ended"));
      });
    } catch (error) {
      fail(error);
    }
  }

  async function save(event) {
    event.preventDefault();
    wrong.textContent = "";
    const asked = ruleOf(form, old);
    const key = crypto.randomUUID();
    const lacks = missing(asked, form, size());
    if (lacks) {
      wrong.textContent = t(lacks[1], { n: size() });
      form.querySelector(`[name="${lacks[0]}"]`)?.closest("details")?.setAttribute("open", "");
      form.querySelector(`[name="${lacks[0]}"]`)?.focus();
      return;
    }
    event.submitter?.setAttribute("aria-busy", "true");
    try {
      const preview = await previewWindow(garage, window?.id, asked);
      await step(preview, { title: t("form.check_title"), yes: t("form.save_anyway"), quiet: true }, async (affected) => {
        await (window ? changeWindow(garage, window, asked, affected) : addWindow(garage, asked, key, affected));
        told(t("form.saved"));
      });
    } catch (error) {
      show();
      fail(error);
      if (error.status === 412) done();
    } finally {
      event.submitter?.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("submit", save);
  form.addEventListener("input", (event) => follow(event, form, pools, !window));
  form.elements.from.focus();
  follow({ target: form }, form, pools, false);
  if (opening) form.prepend(h("p", { class: "note" }, t("form.opening_of", { day: opening.day })));
  show();
  dialog.open();
}

function everyday(rule, pools, isNew) {
  const end = rule.start_minute + rule.length_minutes;
  const boxes = WEEKDAYS.map((weekday, n) => tick("weekday", weekdayWord(weekday), { value: 1 << n, checked: (rule.weekdays & (1 << n)) !== 0 }));
  return [
    field("audience", t("form.audience"), select("audience", AUDIENCES.map((it) => [it, t(`audience.${it}`)]), rule.audience)),
    pools.length > 1 ? field("in_pool", t("week.pool"), select("in_pool", pools.map((it) => [it.id, t("week.pool_of", { name: nameOf(it), n: it.size })]), rule.pool)) : null,
    h("fieldset", {}, h("legend", {}, t("form.weekdays")), h("div", { class: "ticks" }, boxes)),
    h("div", { class: "pair" },
      field("from", t("form.from"), h("input", { name: "from", type: "time", required: true, value: clockOf(rule.start_minute), autofocus: isNew })),
      field("until", t("form.until"), h("input", { name: "until", type: "time", required: true, value: clockOf(end) }))),
    h("p", { class: "soft small", id: "hours-said", role: "status" }),
    field("quota", t("form.quota"), h("input", { name: "quota", type: "number", min: 1, inputmode: "numeric", required: true, value: rule.quota }), t("form.quota_hint")),
  ].filter(Boolean);
}

function more(rule) {
  const number = (name, value) => field(name, t(`form.${name}`), h("input", { name, type: "number", min: 0, inputmode: "numeric", value: value ?? "" }));
  const kinds = ["workday", "rest_day", "holiday"].map((kind, n) => tick("kind", t(`kind.${kind}`), { value: 1 << n, checked: ((rule.kinds ?? 7) & (1 << n)) !== 0 }));
  const lock = rule.lock_out ?? { start_minute: 1320, length_minutes: 480 };
  return h("details", { class: "more" }, h("summary", {}, t("form.more")), h("div", { class: "stack" },
    field("name", t("form.name"), h("input", { name: "name", maxlength: 100, value: rule.name && rule.name !== rule.audience ? rule.name : "" }), t("form.name_hint")),
    h("fieldset", {}, h("legend", {}, t("form.kinds")), h("div", { class: "ticks" }, kinds)),
    field("lessons", t("form.lessons"), select("lessons", ["any_day", "lesson_days", "lesson_free_days"].map((it) => [it, t(`lessons.${it}`)]), rule.lessons)),
    h("div", { class: "pair" },
      field("first_day", t("form.first_day"), h("input", { name: "first_day", type: "date", value: rule.first_day ?? "" })),
      field("last_day", t("form.last_day"), h("input", { name: "last_day", type: "date", value: rule.last_day ?? "" }))),
    tick("bookable", t("form.bookable"), { checked: rule.bookable !== false }),
    tick("walk_in", t("form.walk_in"), { checked: rule.walk_in !== false }),
    h("div", { class: "pair" }, number("min_stay_minutes", rule.min_stay_minutes), number("max_stay_minutes", rule.max_stay_minutes)),
    number("horizon_days", rule.horizon_minutes === undefined ? "" : Math.round((rule.horizon_minutes / 1440) * 100) / 100),
    tick("locked", t("form.locked"), { checked: Boolean(rule.lock_out) }),
    h("div", { class: "pair", "data-when": "locked" },
      field("lock_from", t("form.lock_from"), h("input", { name: "lock_from", type: "time", value: clockOf(lock.start_minute) })),
      field("lock_until", t("form.lock_until"), h("input", { name: "lock_until", type: "time", value: clockOf(lock.start_minute + lock.length_minutes) }))),
    number("early_minutes", rule.early_minutes), number("grace_minutes", rule.grace_minutes), number("notice_minutes", rule.notice_minutes),
    h("div", { "data-when": "pickup" }, field("stagger", t("form.stagger"), h("textarea", { name: "stagger", rows: 3 }, staggerText(rule.stagger ?? [])), t("form.stagger_hint")))));
}

/** What depends on other fields; a new window gets what is usual for its audience. */
function follow({ target }, form, pools, isNew) {
  const fields = form.elements;
  if (target === fields.audience && isNew) {
    const rule = usual(fields.audience.value, pools.find(({ id }) => id === fields.in_pool?.value) ?? pools[0]);
    fields.from.value = clockOf(rule.start_minute);
    fields.until.value = clockOf(rule.start_minute + rule.length_minutes);
    fields.lessons.value = rule.lessons;
    fields.min_stay_minutes.value = rule.min_stay_minutes;
    for (const [name, bits] of [["weekday", rule.weekdays], ["kind", rule.kinds]]) for (const box of form.querySelectorAll(`[name="${name}"]`)) box.checked = (bits & Number(box.value)) !== 0;
  }
  form.querySelector('[data-when="locked"]').hidden = !fields.locked.checked;
  form.querySelector('[data-when="pickup"]').hidden = fields.audience.value !== "pickup";
  const said = form.querySelector("#hours-said");
  if (!fields.from.value || !fields.until.value) return (said.textContent = "");
  const [hour, minute] = fields.from.value.split(":").map(Number);
  said.textContent = hoursWords({ start_minute: hour * 60 + minute, length_minutes: lengthBetween(fields.from.value, fields.until.value) });
}
