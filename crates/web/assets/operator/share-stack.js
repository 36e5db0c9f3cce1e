// Who may have how many spaces of a pool at each time, when all come that may: openings stacked in order of priority. What does
// not fit any more is cut off the last one.

export const AUDIENCES = ["pickup", "staff", "resident", "public"];

const rank = ({ audience }) => AUDIENCES.indexOf(audience);
const ms = (instant) => new Date(instant).getTime();

/**
 * The shapes of `openings` of a pool of `size` spaces between two times in milliseconds:
 * `[{ opening, start, end, cut, pieces: [{ from, until, low, high, cut }] }]`.
 */
export function stack(openings, size, from, until) {
  const within = (opening) => ({ opening, start: Math.max(ms(opening.from), from), end: Math.min(ms(opening.until), until), pieces: [] });
  const shapes = openings.map(within).filter(({ start, end }) => start < end);
  shapes.sort((a, b) => rank(a.opening) - rank(b.opening) || a.start - b.start);
  const marks = [...new Set(shapes.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  marks.slice(0, -1).forEach((mark, n) => layer(shapes, size, mark, marks[n + 1]));
  return shapes.map((shape) => ({ ...shape, cut: shape.pieces.some(({ cut }) => cut > 0) }));
}

function layer(shapes, size, from, until) {
  let low = 0;
  for (const { opening, pieces } of shapes.filter(({ start, end }) => start <= from && until <= end)) {
    const high = Math.min(size, low + opening.quota);
    pieces.push({ from, until, low, high, cut: low + opening.quota - high });
    low = high;
  }
}

/** The part of a shape with the most room for words: of equal height, as wide as possible. */
export function roomiest({ pieces }) {
  const runs = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (last && last.low === piece.low && last.high === piece.high) last.until = piece.until;
    else runs.push({ ...piece });
  }
  const area = ({ from, until, low, high }) => (until - from) * Math.max(high - low, 0.5);
  return runs.reduce((best, run) => (area(run) > area(best) ? run : best));
}

/** The parts of `[from, until)` that are in daily hours `{ start_minute, length_minutes }`, in milliseconds. */
export function daily(hours, from, until, dayStart) {
  if (!hours) return [];
  const parts = [-1, 0, 1].map((n) => {
    const start = dayStart + n * 86_400_000 + hours.start_minute * 60_000;
    return { from: Math.max(start, from), until: Math.min(start + hours.length_minutes * 60_000, until) };
  });
  return parts.filter((part) => part.from < part.until);
}
