// A reservation for somebody who asks at the counter or by telephone.

import { clock, dayClock, h, language, now, t } from "./kit.js";
import { dateOf, instantOf, interval, nextQuarter, timeOf } from "./garage-time.js";
import { formDialog } from "./dialog-form.js";
import { field, select } from "./form-parts.js";
import { nameOf } from "./operator-frame.js";
import { AUDIENCES } from "./share-stack.js";
import { reserve } from "./sharing-api.js";

const HOUR_MS = 3_600_000;
const NAMES = { starts_at: "from", ends_at: "until" };

export function newReservation({ garage, date, pools, done }) {
  const start = date > dateOf(now()) ? Date.parse(instantOf(date, "18:00")) : nextQuarter();
  // The same key while the same wish is tried again, so that a lost answer does not reserve twice.
  let attempt = { body: "", key: "" };
  formDialog({
    title: t("reserve.title"),
    content: [
      field("plate", t("reserve.plate"), h("input", { name: "plate", maxlength: 16, autocomplete: "off", autofocus: true, placeholder: "鲁B12345", required: true })),
      field("audience", t("form.audience"), select("audience", AUDIENCES.map((it) => [it, t(`audience.${it}`)]), "public")),
      pools.length > 1 ? field("pool", t("week.pool"), select("pool", [["", t("reserve.any_pool")], ...pools.map((it) => [it.id, nameOf(it)])], "")) : null,
      field("day", t("day.day"), h("input", { name: "day", type: "date", value: dateOf(start), min: dateOf(now()), required: true })),
      h("div", { class: "pair" },
        field("from", t("form.from"), h("input", { name: "from", type: "time", value: timeOf(start), required: true })),
        field("until", t("form.until"), h("input", { name: "until", type: "time", value: timeOf(start + 2 * HOUR_MS), required: true }), t("reserve.overnight"))),
      field("wish", t("reserve.wish"), select("wish", [["confirm", t("reserve.confirm")], ["confirm_or_wait", t("reserve.or_wait")]], "confirm")),
    ],
    yes: t("day.reserve"),
    names: NAMES,
    check: lacks,
    explain: refusalWords,
    async send(elements) {
      const asked = askedOf(elements);
      const body = JSON.stringify(asked);
      if (attempt.body !== body) attempt = { body, key: crypto.randomUUID() };
      const made = await reserve(garage, asked, attempt.key);
      done();
      return t(`reserve.done_${made.state === "waiting" ? "waiting" : "confirmed"}`, { at: dayClock(made.starts_at) });
    },
  });
}

function lacks(elements) {
  if (elements.plate.value.trim() === "") return ["plate", t("reserve.missing_plate")];
  const empty = ["day", "from", "until"].find((name) => !elements[name].value);
  return empty ? [empty, t("reserve.missing_time")] : null;
}

function askedOf({ plate, audience, pool, day, from, until, wish }) {
  const { starts_at, ends_at } = interval(day.value, from.value, until.value);
  const at = (instant) => new Date(instant).toISOString();
  return { plate: plate.value.trim(), audience: audience.value, ...(pool?.value ? { pool: pool.value } : {}), starts_at: at(starts_at), ends_at: at(ends_at), wish: wish.value };
}

/** With what is free instead, where the problem says it. */
export function refusalWords(error) {
  const { help } = error;
  if (!help) return null;
  const soon = (instant) => (dateOf(instant) === dateOf(now()) ? clock(instant) : dayClock(instant));
  const other = ({ name, name_en, free }) => t("reserve.other", { name: language() === "zh" ? name : name_en, n: free });
  return [
    error.words,
    help.next_start ? t("reserve.next", { at: soon(help.next_start) }) : null,
    help.alternatives?.length ? t("reserve.near", { names: help.alternatives.slice(0, 3).map(other).join(t("list.and")) }) : null,
  ].filter(Boolean).join("");
}
