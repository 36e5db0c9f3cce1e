// Where the parts of a week's drawings are: hours across, spaces upwards.

import { stepArea } from "./svg.js";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** A line thinner than this cannot be seen, nor pressed. */
const THINNEST = 5;

/** A frame of `width` by `height` pixels below `top`, for `size` spaces from `start` to `end`. */
export const frameOf = ({ start, end, size, width, height, top }) => ({
  start,
  end,
  width,
  height,
  top,
  x: (at) => ((at - start) / (end - start)) * width,
  y: (spaces) => top + height * (1 - spaces / Math.max(1, size)),
});

export const dayStart = (date) => Date.parse(`${date}T00:00:00+08:00`);

/** What is cut off wholly still has an edge that can be seen and pressed. */
function edges({ low, high }, { y }) {
  const [y0, y1] = [y(low), y(high)];
  return y0 - y1 < THINNEST ? { y0: Math.min(y0 + 2, y(0)), y1: y1 - 3 } : { y0, y1 };
}

const stepsOf = (pieces, place) => pieces.map((piece) => ({ x0: place.x(piece.from), x1: place.x(piece.until), ...edges(piece, place) }));

/** The parts of `pieces` between two times. */
export const within = (pieces, from, until) =>
  pieces.map((piece) => ({ ...piece, from: Math.max(piece.from, from), until: Math.min(piece.until, until) })).filter((piece) => piece.from < piece.until);

/** The outline of pieces, or null of none. */
export const outline = (pieces, place) => (pieces.length ? stepArea(stepsOf(pieces, place)) : null);

/**
 * The outlines of a closure over whatever it closes: all of the pool, the areas of one audience, or the uppermost spaces. Where its
 * audience has nothing, a stripe at the foot.
 */
export function closedOutlines(closure, size, shapes, place) {
  const from = Math.max(Date.parse(closure.from), place.start);
  const until = Math.min(Date.parse(closure.until), place.end);
  if (from >= until) return [];
  const stretch = (low, high) => ({ from, until, low, high });
  if (typeof closure.spaces === "number") return [outline([stretch(Math.max(0, size - closure.spaces), size)], place)];
  if (!closure.audience) return [outline([stretch(0, size)], place)];
  const areas = shapes.filter(({ opening }) => opening.audience === closure.audience).map(({ pieces }) => outline(within(pieces, from, until), place)).filter(Boolean);
  return areas.length ? areas : [outline([stretch(0, size * 0.12)], place)];
}
