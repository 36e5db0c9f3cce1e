// What a school does on one day, whatever other lists say: lessons or none, by which weekday's timetable, out earlier.

import { fill, h, t } from "./kit.js";
import { dialogOf, field, select } from "./form-parts.js";
import { WEEKDAYS, weekdayWord } from "./share-words.js";
import { kindWords } from "./week-head.js";

export function editDay({ date, day, own, keep }) {
  const dialog = dialogOf(t("calendar.day_title", { date }));
  const wrong = h("p", { class: "field-error", role: "alert" });
  const lessons = select("lessons", [["lists", t("calendar.by_lists")], ["yes", t("calendar.lessons_full")], ["no", t("calendar.lessons_none")]], own ? (own.lessons ? "yes" : "no") : "lists");
  const acts = select("acts_as", [["", t("calendar.acts_usual")], ...WEEKDAYS.map((it) => [it, weekdayWord(it)])], own?.acts_as ?? "");
  const earlier = h("input", { name: "earlier_minutes", type: "number", min: 0, max: 720, step: 5, inputmode: "numeric", value: own?.earlier_minutes ?? "" });
  const name = h("input", { name: "name", maxlength: 100, value: own?.name ?? "" });
  const ofLessons = h("div", { class: "stack" }, field("acts_as", t("calendar.acts_as"), acts), field("earlier_minutes", t("calendar.earlier"), earlier, t("calendar.earlier_hint")));
  const named = field("name", t("calendar.name"), name, t("calendar.name_hint"));
  const follow = () => {
    ofLessons.hidden = lessons.value !== "yes";
    named.hidden = lessons.value === "lists";
  };
  lessons.addEventListener("change", follow);
  follow();
  const form = h(
    "form",
    { class: "stack", novalidate: true },
    day ? h("p", { class: "note" }, t("calendar.lists_say", { kind: kindWords(day) })) : null,
    field("lessons", t("calendar.that_day"), lessons),
    ofLessons,
    named,
    wrong,
    h("div", { class: "row end" }, h("button", { type: "button", onclick: () => dialog.close() }, t("frame.cancel")), h("button", { class: "main" }, t("form.save"))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const has = lessons.value === "yes";
    const earlierBy = Number(earlier.value);
    const entered = {
      date,
      lessons: has,
      ...(has && acts.value ? { acts_as: acts.value } : {}),
      ...(has && earlierBy > 0 ? { earlier_minutes: earlierBy } : {}),
      name: name.value.trim(),
    };
    const change = (calendar) => {
      calendar.days = calendar.days.filter((it) => it.date !== date);
      if (lessons.value !== "lists") calendar.days.push(entered);
      calendar.days.sort((a, b) => a.date.localeCompare(b.date));
    };
    saved(event.submitter, wrong, dialog, () => keep(change));
  });
  fill(dialog.body, form);
  dialog.open();
}

/** Closes the dialog when the work is done, says in it what went wrong. */
export async function saved(button, wrong, dialog, work) {
  button?.setAttribute("aria-busy", "true");
  wrong.textContent = "";
  try {
    await work();
    dialog.close();
  } catch (error) {
    wrong.textContent = error.detail && error.status !== 0 ? `${error.words} (${error.detail})` : (error.words ?? String(error));
  } finally {
    button?.removeAttribute("aria-busy");
  }
}
