// Reads one case a line, { text, from, until, open: [[from, until], ...] } in local minutes since 1970, and evaluates `text` with
// opening_hours.js. Prints each case in which its openings are others than `open`, and ends with 1 if there is one.

import { createInterface } from "node:readline";
import OpeningHours from "opening_hours";

// Local times of the garage are written as UTC: there is no daylight saving.
if (new Date(2026, 0, 1).getTimezoneOffset() !== 0) throw new Error("run with TZ=UTC");

const QINGDAO = { lat: 36.06, lon: 120.38, address: { country_code: "cn", state: "山东省" } };
const MINUTE = 60_000;

function openings({ text, from, until }) {
  const intervals = new OpeningHours(text, QINGDAO).getOpenIntervals(new Date(from * MINUTE), new Date(until * MINUTE));
  const merged = [];
  for (const [start, end, unknown] of intervals) {
    if (unknown) throw new Error("unknown state");
    const [a, b] = [start / MINUTE, end / MINUTE];
    if (merged.length > 0 && merged.at(-1)[1] >= a) merged.at(-1)[1] = Math.max(b, merged.at(-1)[1]);
    else merged.push([a, b]);
  }
  return merged;
}

const at = (minute) => new Date(minute * MINUTE).toISOString().slice(0, 16);
let cases = 0;
let different = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  cases += 1;
  let theirs;
  try {
    theirs = openings(one);
  } catch (error) {
    theirs = String(error);
  }
  if (JSON.stringify(theirs) === JSON.stringify(one.open)) continue;
  different += 1;
  const n = Array.isArray(theirs) ? theirs.findIndex((span, i) => JSON.stringify(span) !== JSON.stringify(one.open[i])) : -1;
  const shown = (span) => (span ? span.map(at).join(" to ") : "nothing");
  console.log(`${one.text}\n  ${n < 0 ? theirs : `opening ${n}: theirs ${shown(theirs[n])}, ours ${shown(one.open[n])}`}`);
}
console.log(`${cases} texts, ${different} differ`);
process.exitCode = different === 0 ? 0 : 1;
