// Reservations of a day as bars in rows: a bar goes into the first row in which it overlaps no other. A state is a colour, an edge
// and a letter.

import { t } from "./kit.js";
import { between } from "./garage-time.js";
import { DAY_MS, upright } from "./day-chart.js";
import { press, svg } from "./svg.js";

export const STATES = ["confirmed", "held", "waiting", "checked_in", "overstayed", "completed", "no_show", "cancelled"];
const ROW = 30;
const GAP_PX = 4;

const plain = (text) => text.toUpperCase().replace(/[\s·]/g, "");

/** `{ drawing, rows }`: as many rows as there are, of which `most` are drawn. */
export function drawBars(reservations, place, { cancelled, find, most }, open) {
  const sought = plain(find);
  const shown = reservations.filter((it) => (cancelled || it.state !== "cancelled") && (sought === "" || plain(it.plate ?? "").includes(sought)));
  const bars = inRows(shown.map((it) => barOf(it, place)).filter(({ x0, x1 }) => x1 > 0 && x0 < place.width));
  const rows = Math.max(0, ...bars.map(({ row }) => row + 1));
  if (bars.length === 0) return { drawing: svg("svg", { class: "bars", width: place.width, height: 44 }, svg("text", { class: "words", x: 8 + place.x(place.moment), y: 27, "text-anchor": middleOf(place) }, t(sought ? "day.not_found" : "day.no_reservations"))), rows };
  const height = Math.min(rows, most) * ROW + 6;
  const drawing = svg(
    "svg",
    { class: "bars", width: place.width, height, role: "group", "aria-label": t("day.bars_label", { n: shown.length }) },
    upright("moment", place.moment, place.start, place.x, height),
    bars.filter(({ row }) => row < most).map((bar) => draw(bar, open)),
    upright("now", place.now, place.start, place.x, height),
  );
  return { drawing, rows };
}

const middleOf = ({ moment, start }) => (moment - start > DAY_MS * 0.6 ? "end" : moment - start < DAY_MS * 0.4 ? "start" : "middle");

/** A car over its time is still there: its bar reaches the present. */
function barOf(reservation, { x, start, width, now }) {
  const from = Date.parse(reservation.starts_at);
  const until = Math.max(Date.parse(reservation.ends_at), reservation.state === "overstayed" ? now : -Infinity);
  const x0 = Math.max(0, x(from));
  return { reservation, x0, x1: Math.min(width, Math.max(x(until), x0 + 14)), before: from < start };
}

export function inRows(bars) {
  const ends = [];
  return bars.toSorted((a, b) => a.x0 - b.x0 || a.x1 - b.x1).map((bar) => {
    const free = ends.findIndex((end) => end + GAP_PX <= bar.x0);
    const row = free === -1 ? ends.length : free;
    ends[row] = bar.x1;
    return { ...bar, row };
  });
}

function draw({ reservation, x0, x1, row }, open) {
  const { state, audience } = reservation;
  const y = row * ROW + 3;
  const wide = x1 - x0;
  const plate = reservation.plate ?? "";
  const tail = [t(`mark.${state}`), wide >= 84 ? plate : wide >= 52 ? plate.slice(-4) : "", wide >= 130 && reservation.space ? reservation.space : "", wide >= 210 ? t(`audience.${audience}`) : ""];
  return press(
    barWords(reservation),
    () => open(reservation),
    { class: `bar-of ${state}`, "data-reservation": reservation.id },
    svg("rect", { class: "area", x: x0 + 1, y, width: wide - 2, height: ROW - 6, rx: 5 }),
    svg("rect", { class: `stripe ${audience}`, x: x0 + 1, y, width: 5, height: ROW - 6, fill: `url(#${audience})` }),
    svg("text", { class: "words", x: x0 + (wide < 26 ? 3 : 9), y: y + 16.5 }, tail.filter(Boolean).join(" ")),
  );
}

export function barWords({ state, plate, audience, starts_at, ends_at, space }) {
  return [plate ?? t("day.no_plate"), t(`state.${state}`), t(`audience.${audience}`), between(starts_at, ends_at), space ? t("day.space", { space }) : null].filter(Boolean).join(t("list.comma"));
}
