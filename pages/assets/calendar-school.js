// A school's terms and breaks, its own days, and the weekdays with lessons.

import { ask, byId, fill, h, t, toast } from "./kit.js";
import { saved } from "./calendar-day.js";
import { dialogOf, field, select, tick } from "./form-parts.js";
import { WEEKDAYS, weekdayWord } from "./share-words.js";

export function drawSchool(calendar, keep, openDay) {
  const span = (it) =>
    h("li", {}, h("span", { class: `pill ${it.kind === "term" ? "accent" : "warn"}` }, t(`calendar.${it.kind}`)), h("span", { class: "grow" }, h("strong", {}, it.name), h("span", { class: "soft small below number" }, `${it.first_day} – ${it.last_day}`)),
      h("button", { type: "button", "aria-label": t("week.edit_named", { name: it.name }), onclick: () => editSpan(it, keep) }, t("week.edit")));
  const spans = calendar.spans.toSorted((a, b) => b.first_day.localeCompare(a.first_day));
  fill(byId("spans"), spans.length ? spans.map(span) : h("li", { class: "soft" }, t("calendar.no_spans")));
  const day = (it) =>
    h("li", {}, h("span", { class: "grow" }, h("strong", { class: "number" }, it.date), h("span", { class: "soft small below" }, dayWords(it))), h("button", { type: "button", "aria-label": t("week.edit_named", { name: it.date }), onclick: () => openDay(it.date) }, t("week.edit")));
  const days = calendar.days.toSorted((a, b) => b.date.localeCompare(a.date));
  fill(byId("days"), days.length ? days.map(day) : h("li", { class: "soft" }, t("calendar.no_days")));
  drawWeek(calendar.weekdays ?? 31, keep);
}

const dayWords = (it) =>
  [it.name || null, it.lessons ? t(it.earlier_minutes ? "calendar.lessons_earlier" : "calendar.lessons_full", { n: it.earlier_minutes ?? 0 }) : t("calendar.lessons_none"), it.acts_as ? t("calendar.as", { weekday: weekdayWord(it.acts_as) }) : null].filter(Boolean).join(" · ");

function drawWeek(bits, keep) {
  const box = (weekday, n) => tick("school-weekday", weekdayWord(weekday), { value: 1 << n, checked: (bits & (1 << n)) !== 0 });
  fill(byId("school-week"), WEEKDAYS.map(box));
  byId("school-week").onchange = async (event) => {
    const chosen = [...byId("school-week").querySelectorAll("input:checked")].reduce((sum, { value }) => sum | Number(value), 0);
    try {
      await keep((calendar) => (calendar.weekdays = chosen));
    } catch (error) {
      event.target.checked = !event.target.checked;
      toast(error.words, "bad");
    }
  };
}

/** `old` is null for a new one. */
export function editSpan(old, keep) {
  const dialog = dialogOf(t(old ? "calendar.change_span" : "calendar.new_span"));
  const wrong = h("p", { class: "field-error", role: "alert" });
  const same = (it) => it.name === old?.name && it.first_day === old.first_day && it.kind === old.kind;
  const form = h(
    "form",
    { class: "stack", novalidate: true },
    field("kind", t("calendar.kind"), select("kind", [["term", t("calendar.term")], ["break", t("calendar.break")]], old?.kind ?? "term")),
    field("name", t("form.name"), h("input", { name: "name", maxlength: 100, required: true, value: old?.name ?? "" })),
    h("div", { class: "pair" },
      field("first_day", t("form.first_day"), h("input", { name: "first_day", type: "date", required: true, value: old?.first_day ?? "" })),
      field("last_day", t("form.last_day"), h("input", { name: "last_day", type: "date", required: true, value: old?.last_day ?? "" }))),
    wrong,
    h("div", { class: "row end" },
      old ? h("button", { type: "button", class: "danger", onclick: remove }, t("calendar.remove")) : null,
      h("button", { type: "button", onclick: () => dialog.close() }, t("frame.cancel")), h("button", { class: "main" }, t("form.save"))),
  );

  async function remove({ target }) {
    const yes = await ask({ title: t("calendar.remove_title", { name: old.name }), yes: t("calendar.remove"), no: t("frame.cancel"), danger: true });
    if (yes) saved(target, wrong, dialog, () => keep((calendar) => (calendar.spans = calendar.spans.filter((it) => !same(it)))));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = (name) => form.elements[name].value.trim();
    const entered = { kind: value("kind"), name: value("name"), first_day: value("first_day"), last_day: value("last_day") };
    if (!entered.name || !entered.first_day || !entered.last_day) return (wrong.textContent = t("calendar.missing"));
    if (entered.first_day > entered.last_day) return (wrong.textContent = t("form.dates_turned"));
    const change = (calendar) => {
      calendar.spans = [...calendar.spans.filter((it) => !old || !same(it)), entered].sort((a, b) => a.first_day.localeCompare(b.first_day));
    };
    saved(event.submitter, wrong, dialog, () => keep(change));
  });
  fill(dialog.body, form);
  dialog.open();
}
