// What the quote says, in plain words: free, or why not and what is possible instead. And the receipt.

import { clock, fill, h, icon, language, t } from "./kit.js";
import { between } from "./garage-time.js";

const nameOf = ({ name, name_en }) => (language() === "en" && name_en ? name_en : name);

/** How far, as people say it. */
export const away = (metres) =>
  metres < 1000 ? t("book.away", { n: Math.round(metres / 10) * 10 }) : t("book.away_km", { n: (metres / 1000).toFixed(1) });

const verdict = (kind, mark, head, ...text) =>
  h("div", { class: `note verdict ${kind}` }, icon(mark), h("div", {}, h("strong", {}, head), text.map((line) => h("p", {}, line))));

const button = (text, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, text);

export function drawLooking(place) {
  fill(place, h("p", { class: "soft" }, t("book.looking")));
}

/** `acts`: { reserve, wait, takeNext(at), takeGarage(alternative) }; `words` are those of the refusal. */
export function drawQuote(place, quote, words, acts) {
  if (!quote.refused) {
    fill(
      place,
      verdict("good", "check", t("book.free"), t("book.free_n", { n: quote.free })),
      button(t("book.reserve"), acts.reserve, { class: "main wide", id: "reserve" }),
    );
    return;
  }
  fill(
    place,
    verdict("warn", "warn", t("book.not"), words),
    quote.next_start ? nextStart(quote.next_start, acts) : null,
    quote.alternatives?.length > 0 ? near(quote.alternatives, acts) : null,
    quote.refused.code === "full" ? waiting(quote.waiting, acts) : null,
  );
}

function nextStart(at, acts) {
  const text = between(at, at).split("–")[0];
  return h(
    "section",
    { class: "card stack" },
    h("p", {}, t("book.next", { at: text })),
    button(t("book.take_next", { at: clock(at) }), () => acts.takeNext(at), { class: "wide", id: "take-next" }),
  );
}

function near(alternatives, acts) {
  const choice = (garage) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "choice", onclick: () => acts.takeGarage(garage) },
        h("span", {}, h("strong", {}, nameOf(garage)), h("span", { class: "soft small" }, away(garage.distance_metres))),
        h("span", { class: "open number" }, t("book.near_free", { n: garage.free })),
      ),
    );
  return h("section", { class: "card stack" }, h("h2", {}, t("book.near")), h("ul", { class: "choices" }, alternatives.map(choice)));
}

function waiting(before, acts) {
  return h(
    "section",
    { class: "card stack" },
    h("p", {}, t("book.wait_why", { n: before })),
    button(t("book.wait"), acts.wait, { class: "main wide", id: "wait" }),
  );
}

/** After a reservation: what was agreed. */
export function drawDone(place, reservation, again) {
  const waits = reservation.state === "waiting";
  const fact = (name, value) => (value ? h("div", {}, h("dt", {}, t(`book.fact_${name}`)), h("dd", {}, value)) : null);
  const enter =
    reservation.enter_from && reservation.enter_until
      ? t("book.enter", { from: clock(reservation.enter_from), until: clock(reservation.enter_until) })
      : null;
  fill(
    place,
    verdict(waits ? "warn" : "good", waits ? "clock" : "check", t(waits ? "book.waiting" : "book.reserved")),
    h(
      "section",
      { class: "card stack" },
      h(
        "dl",
        { class: "facts" },
        fact("garage", nameOf({ name: reservation.garage_name, name_en: reservation.garage_name_en })),
        fact("time", between(reservation.starts_at, reservation.ends_at)),
        fact("plate", reservation.plate),
        waits ? null : fact("enter", enter),
        waits ? null : fact("kept", reservation.kept_until ? clock(reservation.kept_until) : null),
        waits ? null : fact("pool", t("book.any_space")),
      ),
      h("p", { class: "soft small" }, t(waits ? "book.waiting_text" : "book.enter_note")),
    ),
    h("a", { class: "button main wide", href: "/reservations" }, t("book.mine")),
    h("button", { type: "button", class: "wide", onclick: again }, t("book.again")),
  );
}
