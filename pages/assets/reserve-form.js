// A reservation for somebody who asks at the counter or by telephone.

import { clock, dayClock, fill, h, icon, now, t, toast } from "./kit.js";
import { dateOf, interval, nextQuarter, timeOf } from "./garage-time.js";
import { dialogOf, field, select } from "./form-parts.js";
import { nameOf } from "./operator-frame.js";
import { AUDIENCES } from "./share-stack.js";
import { reserve } from "./sharing-api.js";

const HOUR_MS = 3_600_000;

export function newReservation({ garage, date, pools, done }) {
  const dialog = dialogOf(t("reserve.title"));
  const today = date === dateOf(now());
  const start = today ? nextQuarter() : Date.parse(`${date}T18:00:00+08:00`);
  const wrong = h("div", { role: "alert" });
  const form = h(
    "form",
    { class: "stack", novalidate: true },
    field("plate", t("reserve.plate"), h("input", { name: "plate", maxlength: 16, autocomplete: "off", placeholder: "鲁B12345", required: true })),
    field("audience", t("form.audience"), select("audience", AUDIENCES.map((it) => [it, t(`audience.${it}`)]), "public")),
    pools.length > 1 ? field("pool", t("week.pool"), select("pool", [["", t("reserve.any_pool")], ...pools.map((it) => [it.id, nameOf(it)])], "")) : null,
    field("day", t("day.day"), h("input", { name: "day", type: "date", value: dateOf(start), required: true })),
    h("div", { class: "pair" },
      field("from", t("form.from"), h("input", { name: "from", type: "time", value: timeOf(start), required: true })),
      field("until", t("form.until"), h("input", { name: "until", type: "time", value: timeOf(start + 2 * HOUR_MS), required: true }), t("reserve.overnight"))),
    field("wish", t("reserve.wish"), select("wish", [["confirm", t("reserve.confirm")], ["confirm_or_wait", t("reserve.or_wait")]], "confirm")),
    wrong,
    h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, t("frame.cancel")), h("button", { class: "main" }, t("day.reserve"))),
  );
  // The same key while the same wish is tried again, so that a lost answer does not reserve twice.
  let attempt = { body: "", key: "" };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = askedOf(form.elements);
    const lacks = typeof asked === "string" ? asked : null;
    fill(wrong, lacks ? note(t(lacks)) : "");
    if (lacks) return;
    const body = JSON.stringify(asked);
    if (attempt.body !== body) attempt = { body, key: crypto.randomUUID() };
    event.submitter?.setAttribute("aria-busy", "true");
    try {
      const made = await reserve(garage, asked, attempt.key);
      dialog.close();
      toast(t(`reserve.done_${made.state === "waiting" ? "waiting" : "confirmed"}`, { at: dayClock(made.starts_at) }), "good");
      done();
    } catch (error) {
      fill(wrong, note(error.words, error.help));
    } finally {
      event.submitter?.removeAttribute("aria-busy");
    }
  });
  fill(dialog.body, form);
  dialog.open();
  form.elements.plate.focus();
}

function askedOf({ plate, audience, pool, day, from, until, wish }) {
  if (plate.value.trim() === "") return "reserve.missing_plate";
  if (!day.value || !from.value || !until.value) return "reserve.missing_time";
  const { starts_at, ends_at } = interval(day.value, from.value, until.value);
  const at = (instant) => new Date(instant).toISOString();
  return { plate: plate.value.trim(), audience: audience.value, ...(pool?.value ? { pool: pool.value } : {}), starts_at: at(starts_at), ends_at: at(ends_at), wish: wish.value };
}

function note(text, help) {
  const next = help?.next_start ? t("reserve.next", { at: dateOf(help.next_start) === dateOf(now()) ? clock(help.next_start) : dayClock(help.next_start) }) : "";
  return h("p", { class: "note bad" }, icon("warn"), h("span", {}, `${text}${next}`));
}
