// Reservations of a day as bars in rows: a bar goes into the first row in which it overlaps no other, those of which something is
// still to come before those that are over. A state is a colour, an edge and a letter.

import { t } from "./kit.js";
import { between } from "./garage-time.js";
import { upright } from "./day-chart.js";
import { press, svg } from "./svg.js";

export const STATES = ["confirmed", "held", "waiting", "checked_in", "overstayed", "completed", "no_show", "cancelled"];
/** Cancelled ones are shown only when they are asked for: not at the end, then. */
const OVER = ["completed", "no_show"];
const ROW = 30;
const GAP_PX = 4;
/** A stay of minutes can still be seen and pressed. */
const LEAST_PX = 16;

const plain = (text) => text.toUpperCase().replace(/[\s·]/g, "");

/** `{ drawing, rows, number, first }`: as many rows as there are, of which `most` are drawn; `first` begins at so many pixels. */
export function drawBars(reservations, place, { cancelled, find, most }, open) {
  const sought = plain(find);
  const shown = reservations.filter((it) => (cancelled || it.state !== "cancelled") && (sought === "" || plain(it.plate ?? "").includes(sought)));
  const bars = inRows(shown.map((it) => barOf(it, place)).filter(({ x0, x1 }) => x1 > 0 && x0 < place.width));
  if (bars.length === 0) return { drawing: [], rows: 0, number: 0, first: null };
  const rows = Math.max(...bars.map(({ row }) => row + 1));
  const height = Math.min(rows, most) * ROW + 6;
  const drawing = svg(
    "svg",
    { class: "bars", width: place.width, height, role: "group", "aria-label": t("day.bars_label", { n: bars.length }) },
    upright("moment", place.moment, place.start, place.x, height),
    bars.filter(({ row }) => row < most).map((bar) => draw(bar, open)),
    upright("now", place.now, place.start, place.x, height),
  );
  return { drawing, rows, number: bars.length, first: bars[0].x0 };
}

/** Until when it takes its space: a car over its time is still there, one that has left is not. */
function endOf({ ends_at, state, state_since }, now) {
  if (state === "completed") return Date.parse(state_since);
  return Math.max(Date.parse(ends_at), state === "overstayed" ? now : -Infinity);
}

function barOf(reservation, { x, width, now }) {
  const x0 = Math.max(0, x(Date.parse(reservation.starts_at)));
  const x1 = x(endOf(reservation, now));
  return { reservation, x0: Math.min(x0, width - LEAST_PX), x1: x1 <= 0 ? x1 : Math.min(width, Math.max(x1, x0 + LEAST_PX)) };
}

const isOver = ({ reservation }) => OVER.includes(reservation.state);

/** In the order of their beginnings, each with its `row`. */
function inRows(bars) {
  const rows = [];
  const placed = bars.toSorted((a, b) => isOver(a) - isOver(b) || a.x0 - b.x0).map((bar) => {
    const free = rows.findIndex((row) => row.every(({ x0, x1 }) => x1 + GAP_PX <= bar.x0 || bar.x1 + GAP_PX <= x0));
    const row = free === -1 ? rows.push([]) - 1 : free;
    rows[row].push(bar);
    return { ...bar, row };
  });
  return placed.sort((a, b) => a.x0 - b.x0 || a.row - b.row);
}

function draw({ reservation, x0, x1, row }, open) {
  const { id, audience, space, state } = reservation;
  const y = row * ROW + 3;
  const wide = x1 - x0;
  const plate = reservation.plate ?? "";
  const parts = [
    t(`mark.${state}`),
    wide >= 108 ? plate : wide >= 66 ? plate.slice(-4) : null,
    wide >= 170 ? space : null,
    wide >= 260 ? t(`audience.${audience}`) : null,
  ];
  return press(
    barWords(reservation),
    () => open(reservation),
    { class: `bar-of ${state}`, "data-reservation": id, "data-focus": `bar-${id}` },
    svg("rect", { class: "area", x: x0 + 1, y, width: wide - 2, height: ROW - 6, rx: 5 }),
    svg("rect", { class: `stripe ${audience}`, x: x0 + 1, y, width: 5, height: ROW - 6, fill: `url(#${audience})` }),
    svg("text", { class: "words", x: wide < 26 ? x0 + wide / 2 + 2 : x0 + 9, y: y + 16.5, "text-anchor": wide < 26 ? "middle" : null }, parts.filter(Boolean).join(" ")),
  );
}

function barWords({ state, state_since, plate, audience, starts_at, ends_at, space }) {
  const until = state === "completed" ? state_since : ends_at;
  const parts = [plate ?? t("day.no_plate"), t(`state.${state}`), t(`audience.${audience}`), between(starts_at, until), space ? t("day.space", { space }) : null];
  return parts.filter(Boolean).join(t("list.comma"));
}
