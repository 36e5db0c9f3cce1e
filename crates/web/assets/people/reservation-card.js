// One reservation as a card: what it is, until when, and what can be done now.

import { clock, h, icon, language, now, t } from "./kit.js";
import { between, dateOf, instantOf, interval, timeOf } from "./garage-time.js";

const LOOKS = {
  waiting: ["clock", "warn"],
  held: ["bell", "warn"],
  confirmed: ["check", "good"],
  checked_in: ["car", "accent"],
  overstayed: ["warn", "bad"],
  completed: ["check", ""],
  cancelled: ["close", ""],
  no_show: ["warn", ""],
};
const INSIDE = ["checked_in", "overstayed"];
const LIVE = ["waiting", "held", "confirmed", ...INSIDE];
const MORE_MINUTES = [30, 60];

export const isInside = ({ state }) => INSIDE.includes(state);
export const isLive = ({ state }) => LIVE.includes(state);
export const garageOf = (r) => (language() === "en" && r.garage_name_en ? r.garage_name_en : r.garage_name);

/** `acts`: { act(reservation, kind), extend(reservation, minutes), change(reservation, times), cancel(reservation) }. */
export function reservationCard(r, { busy, acts }) {
  const [mark, colour] = LOOKS[r.state] ?? ["clock", ""];
  return h(
    "li",
    { class: `card stack reservation ${isLive(r) ? "" : "over"}`, "data-id": r.id, "data-state": r.state },
    h("div", { class: "row between" }, h("h3", {}, garageOf(r)), h("span", { class: `pill ${colour}` }, icon(mark), t(`state.${r.state}`))),
    h("p", { class: "times number" }, between(r.starts_at, r.ends_at)),
    h("p", { class: "row" }, r.plate ? h("span", { class: "plate number" }, r.plate) : null, r.space ? h("span", { class: "pill accent" }, t("mine.space", { space: r.space })) : null),
    says(r),
    isLive(r) ? buttons(r, busy, acts) : null,
  );
}

/** When the gate admits the car, and until when its space is kept. */
function enterText(r) {
  const enter = t("mine.enter", { from: clock(r.enter_from), until: clock(r.enter_until) });
  return r.kept_until ? `${enter}${t("mine.kept", { at: clock(r.kept_until) })}` : enter;
}

/** The sentence that matters in this state. */
function says(r) {
  const line = (text, kind = "") => h("p", { class: kind }, text);
  switch (r.state) {
    case "waiting":
      return line(t("mine.before", { n: r.waiting_before ?? 0 }));
    case "held":
      return h("div", { class: "note warn" }, icon("bell"), h("div", {}, h("strong", {}, t("mine.offer")), countdown(r.expires_at)));
    case "confirmed":
      return r.enter_from && r.enter_until ? line(enterText(r), "soft") : null;
    case "checked_in":
      return line(t("mine.inside_until", { at: clock(r.ends_at) }));
    case "overstayed":
      return h("p", { class: "note bad" }, icon("warn"), t("mine.over", { at: clock(r.ends_at) }));
    case "cancelled":
      return r.cause ? line(t(`cause.${r.cause}`), "soft small") : null;
    default:
      return null;
  }
}

function countdown(until) {
  return h("p", { class: "countdown number", "data-until": until }, timeLeft(until));
}

/** `4:07`, never below zero. */
export function timeLeft(until) {
  const seconds = Math.max(0, Math.floor((new Date(until) - now()) / 1000));
  return t("mine.left", { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` });
}

function buttons(r, busy, acts) {
  const button = (text, act, onclick, kind = "") => h("button", { type: "button", class: kind, "data-act": act, disabled: busy, onclick }, text);
  const row = (...items) => h("div", { class: "row" }, items);
  if (r.state === "held") {
    return row(button(t("mine.accept"), "confirm", () => acts.act(r, "confirm"), "main"), button(t("mine.decline"), "cancel", () => acts.act(r, "cancel")));
  }
  if (r.state === "waiting") return row(button(t("mine.leave_list"), "cancel", () => acts.cancel(r), "danger"));
  if (isInside(r)) return row(...MORE_MINUTES.map((n) => button(t("mine.extend", { n }), `extend-${n}`, () => acts.extend(r, n))));
  return row(button(t("mine.change"), "change", () => acts.change(r)), button(t("mine.cancel"), "cancel", () => acts.cancel(r), "danger"));
}

/** Asks for other times on the same day; resolves to { starts_at, ends_at } or null. */
export function askTimes(r) {
  return new Promise((resolve) => {
    const field = (id, label, value) => {
      const input = h("input", { id, type: "time", step: "900", required: true });
      input.value = value;
      return [h("div", { class: "field" }, h("label", { for: id }, label), input), input];
    };
    const [fromField, from] = field("change-from", t("mine.from"), timeOf(r.starts_at));
    const [untilField, until] = field("change-until", t("mine.until"), timeOf(r.ends_at));
    const close = (value) => () => dialog.close(value);
    const dialog = h(
      "dialog",
      { "aria-labelledby": "change-title" },
      h("h2", { id: "change-title" }, t("mine.change")),
      h("div", { class: "change" }, fromField, untilField),
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", class: "plain", onclick: close("no") }, t("mine.keep")),
        h("button", { type: "button", class: "main", onclick: close("yes") }, t("mine.save")),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue !== "yes" || !from.value || !until.value) return resolve(null);
      const { starts_at, ends_at } = interval(dateOf(r.starts_at), from.value, until.value);
      resolve({ starts_at, ends_at });
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** The end, so many minutes later, as an instant. */
export function laterEnd(r, minutes) {
  const end = new Date(r.ends_at).getTime() + minutes * 60_000;
  return instantOf(dateOf(end), timeOf(end));
}
