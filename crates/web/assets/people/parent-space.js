// A sure space for pickup: a card that leads to the reservation, where the school's garage has pickup windows to reserve.

import { byId, fill, h, icon, now, t, words } from "./kit.js";
import { nextQuarter } from "./garage-time.js";
import { api } from "./people.js";

const USUAL_MS = 30 * 60_000;

let garage = null;

/** Asks once which garage it would be; without one the card stays away. */
export async function loadSpace() {
  const answer = await api.get("/garages?audience=pickup").catch(() => null);
  garage = answer?.garages.find(({ audiences }) => audiences.includes("pickup")) ?? null;
}

/** `children`: the earliest window of theirs that is not over is what is proposed. */
export function drawSpace(children) {
  const place = byId("space");
  place.hidden = garage === null || children.length === 0;
  if (place.hidden) return;
  fill(
    place,
    h("h2", {}, t("space.title")),
    h("p", { class: "soft small" }, t("space.why")),
    h("a", { class: "button wide", href: link(children) }, icon("car"), t("space.book")),
    h("a", { href: "/reservations" }, t("space.mine")),
  );
}

function link(children) {
  const windows = children.map(({ window }) => window).filter((window) => window && new Date(window.to) > now());
  const [first] = windows.sort((a, b) => a.from.localeCompare(b.from));
  const query = new URLSearchParams({ audience: "pickup", garage: garage.id });
  if (first) {
    const from = Math.max(new Date(first.from).getTime(), nextQuarter());
    query.set("from", new Date(from).toISOString());
    query.set("until", new Date(Math.min(new Date(first.to).getTime(), from + USUAL_MS)).toISOString());
  }
  return `/book?${query}`;
}

words({
  zh: {
    "space.title": "预约接送车位",
    "space.why": "车位紧张时，预约可以保证有位。不预约也可以来接。",
    "space.book": "预约一个车位",
    "space.mine": "我的预约",
  },
  en: {
    "space.title": "Reserve a pickup space",
    "space.why": "A reservation guarantees a space on busy days. You can also come without one.",
    "space.book": "Reserve a space",
    "space.mine": "My reservations",
  },
});
