// One day of a pool, drawn: hours across, spaces upwards. An opening is an area as high as its quota, in its audience's colour and
// pattern and with its letter; hours in which no car moves are hatched; closures are crossed out.

import { clock, t } from "./kit.js";
import { closureWords, openingWords } from "./share-words.js";
import { daily, roomiest, stack } from "./share-stack.js";
import { press, svg } from "./svg.js";
import { closedOutlines, DAY_MS, dayStart, frameOf, outline, within } from "./week-shapes.js";

const TOP = 6;
const AXIS = 18;

/** `facts` is `{ date, size, openings, closures, locks, doubted, now }`; `act` is `{ opening, closure }`. */
export function drawRow(facts, width, height, act) {
  const start = dayStart(facts.date);
  const place = frameOf({ start, end: start + DAY_MS, size: facts.size, width, height, top: TOP });
  const shapes = stack(facts.openings, facts.size, place.start, place.end);
  return svg(
    "svg",
    { class: "row-drawing", width, height: TOP + height + AXIS, role: "group", "aria-label": t("week.row_label", { date: facts.date }) },
    svg("rect", { class: "ground", x: 0, y: TOP, width, height }),
    shapes.map((shape) => block(shape, facts, place, act)),
    facts.closures.map((closure) => crossed(closure, facts, shapes, place, act)),
    grid(place),
    svg("path", { class: "capacity", d: `M0,${TOP}H${width}` }),
    nowLine(facts.now, place),
    // Above all else, so that what is closed can still be read.
    svg("g", { "aria-hidden": "true" }, shapes.flatMap((shape) => label(shape, facts.doubted.has(shape.opening.window), place))),
  );
}

function block(shape, facts, place, act) {
  const { opening, pieces } = shape;
  const doubted = facts.doubted.has(opening.window);
  const locks = daily(facts.locks.get(opening.window), shape.start, shape.end, place.start);
  const hatched = locks.map((lock) => outline(within(pieces, lock.from, lock.until), place)).filter(Boolean);
  return press(
    openingWords(opening, shape, doubted),
    () => act.opening(opening),
    { class: `opening ${opening.audience}`, "data-window": opening.window, "data-focus": `${facts.date} ${opening.window}` },
    svg("path", { class: "area", d: outline(pieces, place), fill: `url(#${opening.audience})` }),
    hatched.map((d) => svg("path", { class: "lock", d, fill: "url(#lock)" })),
  );
}

function label(shape, doubted, { x, y }) {
  const room = roomiest(shape);
  const [wide, high] = [x(room.until) - x(room.from), y(room.low) - y(room.high)];
  if (high < 13 || wide < 14) return [];
  const middle = { x: (x(room.from) + x(room.until)) / 2, y: (y(room.low) + y(room.high)) / 2 };
  const lines = linesOf(shape.opening, doubted, wide, high);
  const first = middle.y - (lines.length - 1) * 8 + 4.5;
  const half = Math.max(...lines.map(widthOf)) / 2 + 4;
  return [
    svg("rect", { class: "plaque", x: middle.x - Math.min(half, wide / 2 - 1), width: Math.min(half * 2, wide - 2), y: first - 12.5, height: lines.length * 16, rx: 4 }),
    ...lines.map((line, n) => svg("text", { class: "words", x: middle.x, y: first + n * 16, "text-anchor": "middle" }, line)),
  ];
}

/** As much as fits: the audience, its quota, its hours. */
function linesOf({ audience, quota, from, until }, doubted, wide, high) {
  const mark = doubted ? "⚠ " : "";
  const letter = t(`letter.${audience}`);
  const full = `${mark}${t(`audience.${audience}`)} ${quota}`;
  const hours = `${clock(from)}–${clock(until).replace("00:00", "24:00")}`;
  if (widthOf(full) + 6 <= wide) return high >= 34 && widthOf(hours) + 6 <= wide ? [full, hours] : [full];
  const short = `${mark}${letter} ${quota}`;
  if (widthOf(short) + 6 <= wide) return [short];
  return high >= 30 && widthOf(String(quota)) <= wide ? [letter, String(quota)] : [letter];
}

/** About: Chinese characters are as wide as the type is high, others half of it. */
const widthOf = (text) => [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 0x2e80 || c === "⚠" ? 13 : 7.3), 0);

function crossed(closure, facts, shapes, place, act) {
  const outlines = closedOutlines(closure, facts.size, shapes, place);
  if (outlines.length === 0) return null;
  const areas = outlines.map((d) => svg("path", { class: "area", d, fill: "url(#shut)" }));
  return press(closureWords(closure), () => act.closure(closure), { class: "closure", "data-focus": `${facts.date} ${closure.id}` }, areas);
}

function grid({ x, start, width, height }) {
  const every = width < 420 ? 6 : width < 760 ? 3 : 2;
  const hours = Array.from({ length: 25 }, (_, hour) => hour).filter((hour) => hour % every === 0);
  const anchor = (hour) => (hour === 0 ? "start" : hour === 24 ? "end" : "middle");
  return hours.flatMap((hour) => [
    svg("path", { class: "hour", d: `M${x(start + hour * 3_600_000)},${TOP}v${height}` }),
    svg("text", { class: "axis", x: x(start + hour * 3_600_000), y: TOP + height + 14, "text-anchor": anchor(hour) }, `${hour}:00`),
  ]);
}

function nowLine(now, { start, end, x, height }) {
  if (now < start || now >= end) return null;
  return svg("path", { class: "now", d: `M${x(now)},${TOP - 4}v${height + 8}` });
}
