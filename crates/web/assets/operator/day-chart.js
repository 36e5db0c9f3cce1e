// A pool's day: taken spaces stacked by audience, above them what is kept for pickup, from the top what is out of service; the
// counted cars as a line. The same at one moment, in words.

import { clock, t } from "./kit.js";
import { nameOf } from "./operator-frame.js";
import { AUDIENCES } from "./share-stack.js";
import { stepArea, stepLine, svg } from "./svg.js";

export const DAY_MS = 86_400_000;
const HEIGHT = 150;
const TOP = 18;
const AXIS = 20;

export function drawChart(pool, occupied, { start, x, width, now, moment }) {
  const steps = stepsOf(pool, start);
  const counted = occupied.map(({ at, occupied: cars }) => [Math.max(Date.parse(at), start), cars]).filter(([at]) => at < start + DAY_MS);
  const top = [...steps.map(({ total }) => total), ...counted.map(([, cars]) => cars)].reduce((most, n) => Math.max(most, n), Math.max(pool.size, 1));
  const y = (spaces) => TOP + HEIGHT * (1 - Math.max(0, spaces) / top);
  const area = (name, low, high) => layer(name, steps, low, high, x, y);
  return svg(
    "svg",
    { class: "chart", width, height: TOP + HEIGHT + AXIS, role: "img", "aria-label": t("day.chart_label", { n: pool.size }) },
    svg("rect", { class: "ground", x: 0, y: TOP, width, height: HEIGHT }),
    AUDIENCES.flatMap((audience, n) => area(audience, (step) => step.edges[n], (step) => step.edges[n + 1])),
    area("kept", (step) => step.edges.at(-1), (step) => step.edges.at(-1) + step.kept),
    area("shut", (step) => pool.size - step.out, () => pool.size),
    hours(x, start, width),
    svg("path", { class: "capacity", d: `M0,${y(pool.size)}H${width}` }),
    svg("text", { class: "axis", x: 4, y: y(pool.size) - 5 }, t("day.spaces_in_all", { n: pool.size })),
    countedLine(counted, Math.min(now, start + DAY_MS), start, x, y),
    upright("moment", moment, start, x),
    upright("now", now, start, x),
  );
}

/** From level to level: `edges` are the sums of the audiences, in order, from 0. */
function stepsOf({ levels }, start) {
  return levels.map((level, n) => {
    const from = Math.max(Date.parse(level.from), start);
    const until = Math.min(Date.parse(levels[n + 1]?.from ?? "") || Infinity, start + DAY_MS);
    const taken = new Map(level.taken);
    const edges = AUDIENCES.reduce((sums, audience) => [...sums, sums.at(-1) + (taken.get(audience) ?? 0)], [0]);
    return { from, until, edges, kept: level.kept, out: level.out_of_service, total: edges.at(-1) + level.kept };
  }).filter(({ from, until }) => from < until);
}

/** One area for each run of steps that are not empty. */
function layer(name, steps, low, high, x, y) {
  const runs = [];
  let last = null;
  for (const step of steps) {
    if (high(step) <= low(step)) {
      last = null;
      continue;
    }
    if (!last) runs.push((last = []));
    last.push({ x0: x(step.from), x1: x(step.until), y0: y(low(step)), y1: y(high(step)) });
  }
  return runs.map((run) => svg("g", { class: name }, svg("path", { class: "area", d: stepArea(run), fill: `url(#${name})` })));
}

function hours(x, start, width) {
  const every = width < 420 ? 6 : width < 800 ? 3 : width < 1800 ? 2 : 1;
  return Array.from({ length: 25 }, (_, hour) => hour).filter((hour) => hour % every === 0).flatMap((hour) => {
    const at = x(start + hour * 3_600_000);
    return [
      svg("path", { class: "hour", d: `M${at},${TOP}v${HEIGHT}` }),
      svg("text", { class: "axis", x: at, y: TOP + HEIGHT + 15, "text-anchor": hour === 0 ? "start" : hour === 24 ? "end" : "middle" }, `${hour}:00`),
    ];
  });
}

function countedLine(counted, end, start, x, y) {
  if (counted.length === 0 || end <= start) return null;
  const d = stepLine(counted.map(([at, cars]) => [x(at), y(cars)]), x(Math.max(end, counted.at(-1)[0])));
  return [svg("path", { class: "counted under", d }), svg("path", { class: "counted", d })];
}

export function upright(name, at, start, x, height = HEIGHT + TOP) {
  return at < start || at >= start + DAY_MS ? null : svg("path", { class: name, d: `M${x(at)},0v${height}` });
}

/** Along the day, without drawing the rest anew. */
export const moveUpright = (path, x) => path.setAttribute("d", path.getAttribute("d").replace(/^M[^,]+/, `M${x}`));

/** `15:45 接送学生 60 个，为接送保留 47 个，余 0 个，在场 63 辆`; with the pools' names where there are several. */
export function readAt({ pools, occupied }, moment, now) {
  const parts = pools.map((pool) => (pools.length > 1 ? `${nameOf(pool)} ${levelWords(pool, moment)}` : levelWords(pool, moment)));
  const count = occupied.filter(({ at }) => Date.parse(at) <= moment).at(-1);
  if (moment <= now) parts.push(count ? t("day.said_count", { n: count.occupied }) : t("day.said_no_count"));
  return `${clock(moment)} ${parts.join(pools.length > 1 ? t("list.semicolon") : t("list.comma"))}`;
}

function levelWords(pool, moment) {
  const level = pool.levels.filter(({ from }) => Date.parse(from) <= moment).at(-1) ?? { taken: [], kept: 0, out_of_service: 0 };
  const taken = new Map(level.taken);
  const used = [...taken.values()].reduce((sum, n) => sum + n, 0);
  const left = pool.size - used - level.kept - level.out_of_service;
  const parts = [
    ...AUDIENCES.filter((it) => taken.get(it)).map((it) => t("day.said_taken", { audience: t(`audience.${it}`), n: taken.get(it) })),
    used === 0 ? t("day.said_none") : null,
    level.kept ? t("day.said_kept", { n: level.kept }) : null,
    level.out_of_service ? t("day.said_out", { n: level.out_of_service }) : null,
    left < 0 ? t("day.said_over", { n: -left }) : t("day.said_left", { n: left }),
  ];
  return parts.filter(Boolean).join(t("list.comma"));
}
