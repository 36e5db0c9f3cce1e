// One day of a pool, drawn: hours across, spaces upwards. An opening is an area as high as its quota, in its audience's colour and
// pattern and with its letter; hours in which no car moves are hatched; closures are crossed out.

import { clock, t } from "./kit.js";
import { closureWords, openingWords } from "./share-words.js";
import { daily, roomiest, stack } from "./share-stack.js";
import { press, stepArea, svg } from "./svg.js";

const DAY_MS = 86_400_000;
const TOP = 6;
const AXIS = 18;

/** `facts` is `{ date, size, openings, closures, locks, doubted, now }`; `act` is `{ opening, closure }`. */
export function drawRow(facts, width, height, act) {
  const start = Date.parse(`${facts.date}T00:00:00+08:00`);
  const place = {
    start,
    end: start + DAY_MS,
    x: (at) => ((at - start) / DAY_MS) * width,
    y: (spaces) => TOP + height * (1 - spaces / Math.max(1, facts.size)),
  };
  const shapes = stack(facts.openings, facts.size, place.start, place.end);
  return svg(
    "svg",
    { class: "row-drawing", width, height: TOP + height + AXIS, role: "group", "aria-label": t("week.row_label", { date: facts.date }) },
    svg("rect", { class: "ground", x: 0, y: TOP, width, height }),
    shapes.map((shape) => block(shape, facts, place, act)),
    facts.closures.map((closure) => crossed(closure, facts, shapes, place, act)),
    grid(place, width, height),
    svg("path", { class: "capacity", d: `M0,${TOP}H${width}` }),
    nowLine(facts.now, place, height),
  );
}

function block(shape, facts, place, act) {
  const { opening } = shape;
  const doubted = facts.doubted.has(opening.window);
  const steps = shape.pieces.map((piece) => ({ x0: place.x(piece.from), x1: place.x(piece.until), ...edges(piece, place) }));
  const locks = daily(facts.locks.get(opening.window), shape.start, shape.end, place.start);
  return press(
    openingWords(opening, shape, doubted),
    () => act.opening(opening),
    { class: `opening ${opening.audience}`, "data-window": opening.window },
    svg("path", { class: "area", d: stepArea(steps), fill: `url(#${opening.audience})` }),
    locks.map((lock) => hatched(shape, lock, place)),
    label(shape, doubted, place),
  );
}

/** What is cut off wholly still has an edge that can be seen and pressed. */
function edges({ low, high }, { y }) {
  const [y0, y1] = [y(low), y(high)];
  return y0 - y1 < 5 ? { y0: Math.min(y0 + 2, y(0)), y1: y1 - 3 } : { y0, y1 };
}

function hatched({ pieces }, lock, place) {
  const inside = pieces.map((piece) => ({ ...piece, from: Math.max(piece.from, lock.from), until: Math.min(piece.until, lock.until) })).filter(({ from, until }) => from < until);
  const steps = inside.map((piece) => ({ x0: place.x(piece.from), x1: place.x(piece.until), ...edges(piece, place) }));
  return steps.length ? svg("path", { class: "lock", d: stepArea(steps), fill: "url(#lock)" }) : null;
}

function label(shape, doubted, { x, y }) {
  const { opening } = shape;
  const room = roomiest(shape);
  const [wide, high] = [x(room.until) - x(room.from), y(room.low) - y(room.high)];
  if (high < 13 || wide < 14) return null;
  const middle = { x: (x(room.from) + x(room.until)) / 2, y: (y(room.low) + y(room.high)) / 2 };
  const full = wide >= 92;
  const name = full ? t(`audience.${opening.audience}`) : t(`letter.${opening.audience}`);
  const lines = full || wide >= 40 ? [`${doubted ? "⚠ " : ""}${name} ${opening.quota}`] : [name, ...(high >= 30 && wide >= 24 ? [String(opening.quota)] : [])];
  if (full && high >= 34 && wide >= 100) lines.push(`${clock(opening.from)}–${clock(opening.until)}`);
  const first = middle.y - (lines.length - 1) * 8 + 4.5;
  const half = Math.max(...lines.map(widthOf)) / 2 + 4;
  return [
    svg("rect", { class: "plaque", x: middle.x - Math.min(half, wide / 2 - 1), width: Math.min(half * 2, wide - 2), y: first - 12.5, height: lines.length * 16, rx: 4 }),
    ...lines.map((line, n) => svg("text", { class: "words", x: middle.x, y: first + n * 16, "text-anchor": "middle" }, line)),
  ];
}

/** About: Chinese characters are as wide as the type is high, others half of it. */
const widthOf = (text) => [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 0x2e80 ? 13 : 7.3), 0);

/** Over whatever it closes: all of the pool, the areas of one audience, or the uppermost spaces. */
function crossed(closure, facts, shapes, place, act) {
  const from = Math.max(Date.parse(closure.from), place.start);
  const until = Math.min(Date.parse(closure.until), place.end);
  if (from >= until) return null;
  const box = (low, high) => ({ x0: place.x(from), x1: place.x(until), y0: place.y(low), y1: place.y(high) });
  const some = typeof closure.spaces === "number";
  const of = (audience) =>
    shapes
      .filter(({ opening }) => opening.audience === audience)
      .flatMap(({ pieces }) => pieces)
      .map((piece) => ({ ...piece, from: Math.max(piece.from, from), until: Math.min(piece.until, until) }))
      .filter((piece) => piece.from < piece.until)
      .map((piece) => ({ x0: place.x(piece.from), x1: place.x(piece.until), ...edges(piece, place) }));
  const areas = some ? [box(Math.max(0, facts.size - closure.spaces), facts.size)] : closure.audience ? of(closure.audience) : [box(0, facts.size)];
  const drawn = areas.length ? areas : [box(0, facts.size * 0.12)];
  return press(closureWords(closure), () => act.closure(closure), { class: "closure" }, drawn.map((area) => svg("path", { class: "area", d: stepArea([area]), fill: "url(#shut)" })));
}

function grid({ x, start }, width, height) {
  const every = width < 420 ? 6 : width < 760 ? 3 : 2;
  const hours = Array.from({ length: 25 }, (_, hour) => hour).filter((hour) => hour % every === 0);
  const anchor = (hour) => (hour === 0 ? "start" : hour === 24 ? "end" : "middle");
  return hours.map((hour) => [
    svg("path", { class: "hour", d: `M${x(start + hour * 3_600_000)},${TOP}v${height}` }),
    svg("text", { class: "axis", x: x(start + hour * 3_600_000), y: TOP + height + 14, "text-anchor": anchor(hour) }, `${hour}:00`),
  ]).flat();
}

function nowLine(now, { start, end, x }, height) {
  if (now < start || now >= end) return null;
  return svg("path", { class: "now", d: `M${x(now)},${TOP - 4}v${height + 8}` });
}
