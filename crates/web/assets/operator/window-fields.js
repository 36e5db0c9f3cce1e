// The fields of a window's form: what everybody needs in sight, the rest under "more"; and what follows from other fields.

import { h, t } from "./kit.js";
import { field, group, select, tick } from "./form-parts.js";
import { nameOf } from "./operator-frame.js";
import { AUDIENCES } from "./share-stack.js";
import { clockOf, hoursWords, WEEKDAYS, weekdayWord } from "./share-words.js";
import { daysOf, lengthBetween, minutesOf, staggerText, usual } from "./window-rule.js";

const KINDS = ["workday", "rest_day", "holiday"];
const LESSONS = ["any_day", "lesson_days", "lesson_free_days"];
/** Nobody sleeps beside a garage in which cars move at these hours. */
const QUIET_HOURS = { start_minute: 22 * 60, length_minutes: 8 * 60 };

const input = (name, attributes) => field(name, t(`form.${name}`), h("input", { name, ...attributes }));
const number = (name, value) => input(name, { type: "number", min: 0, inputmode: "decimal", value: value ?? "" });
const time = (name, minute, more = {}) => input(name, { type: "time", required: true, value: clockOf(minute), ...more });
const bitTicks = (name, words, bits) => words.map((word, n) => tick(name, word, { value: 1 << n, checked: (bits & (1 << n)) !== 0 }));

export function everyday(rule, pools) {
  const { start_minute, length_minutes, quota } = rule;
  return [
    field("audience", t("form.audience"), select("audience", AUDIENCES.map((it) => [it, t(`audience.${it}`)]), rule.audience)),
    pools.length > 1 ? field("in_pool", t("week.pool"), select("in_pool", pools.map((it) => [it.id, t("week.pool_of", { name: nameOf(it), n: it.size })]), rule.pool)) : null,
    group(t("form.weekdays"), bitTicks("weekday", WEEKDAYS.map(weekdayWord), rule.weekdays)),
    h("div", { class: "pair" }, time("from", start_minute), time("until", start_minute + length_minutes)),
    h("p", { class: "soft small", id: "hours-said", role: "status" }),
    field("quota", t("form.quota"), h("input", { name: "quota", type: "number", min: 1, inputmode: "numeric", required: true, value: quota }), t("form.quota_hint")),
  ];
}

export function more(rule) {
  const lock = rule.lock_out ?? QUIET_HOURS;
  const parts = [
    field("name", t("form.name"), h("input", { name: "name", maxlength: 80, value: rule.name && rule.name !== rule.audience ? rule.name : "" }), t("form.name_hint")),
    group(t("form.kinds"), bitTicks("kind", KINDS.map((kind) => t(`kind.${kind}`)), rule.kinds ?? 7)),
    field("lessons", t("form.lessons"), select("lessons", LESSONS.map((it) => [it, t(`lessons.${it}`)]), rule.lessons)),
    h("div", { class: "pair" }, input("first_day", { type: "date", value: rule.first_day ?? "" }), input("last_day", { type: "date", value: rule.last_day ?? "" })),
    tick("bookable", t("form.bookable"), { checked: rule.bookable !== false }),
    tick("walk_in", t("form.walk_in"), { checked: rule.walk_in !== false }),
    h("div", { class: "pair" }, number("min_stay_minutes", rule.min_stay_minutes), number("max_stay_minutes", rule.max_stay_minutes)),
    number("horizon_days", daysOf(rule.horizon_minutes)),
    tick("locked", t("form.locked"), { checked: Boolean(rule.lock_out) }),
    h("div", { class: "pair", "data-when": "locked" }, time("lock_from", lock.start_minute), time("lock_until", lock.start_minute + lock.length_minutes)),
    h("div", { class: "pair" }, number("early_minutes", rule.early_minutes), number("grace_minutes", rule.grace_minutes)),
    number("notice_minutes", rule.notice_minutes),
    h("div", { "data-when": "pickup" }, field("stagger", t("form.stagger"), h("textarea", { name: "stagger", rows: 3 }, staggerText(rule.stagger ?? [])), t("form.stagger_hint"))),
  ];
  return h("details", { class: "more" }, h("summary", {}, t("form.more")), h("div", { class: "stack" }, parts));
}

/** A new window gets what is usual for its audience. */
export function fillUsual(form, pools) {
  const { elements } = form;
  const rule = usual(elements.audience.value, pools.find(({ id }) => id === elements.in_pool?.value) ?? pools[0]);
  elements.from.value = clockOf(rule.start_minute);
  elements.until.value = clockOf(rule.start_minute + rule.length_minutes);
  elements.lessons.value = rule.lessons;
  elements.min_stay_minutes.value = rule.min_stay_minutes;
  for (const box of elements.weekday) box.checked = (rule.weekdays & Number(box.value)) !== 0;
  for (const box of elements.kind) box.checked = (rule.kinds & Number(box.value)) !== 0;
}

/** Fields that mean nothing are away; the hours are said in words, because an end can be on the next day. */
export function follow(form) {
  const { elements } = form;
  form.querySelector('[data-when="locked"]').hidden = !elements.locked.checked;
  form.querySelector('[data-when="pickup"]').hidden = elements.audience.value !== "pickup";
  const [from, until] = [elements.from.value, elements.until.value];
  const hours = from && until ? hoursWords({ start_minute: minutesOf(from), length_minutes: lengthBetween(from, until) }) : "";
  form.querySelector("#hours-said").textContent = hours;
}
