// All pools of a garage at a glance: a row each, the days of the week across. A row's name chooses the pool that is drawn large.

import { h, t } from "./kit.js";
import { nameOf } from "./operator-frame.js";
import { closureWords, weekdayWord } from "./share-words.js";
import { stack } from "./share-stack.js";
import { svg } from "./svg.js";
import { ownWeekday } from "./week-head.js";
import { closedOutlines, DAY_MS, dayStart, frameOf, outline } from "./week-shapes.js";

const HEIGHT = 40;
const HEAD = 18;

/** `week` is what the server answers of openings; `choose(pool)` is called when a row's name is pressed. */
export function drawPools(week, chosen, width, now, choose) {
  const start = dayStart(week.days[0].date);
  const span = { start, end: start + week.days.length * DAY_MS, width };
  const row = (pool) =>
    h("li", { class: "pool" },
      h("button", { type: "button", class: "pool-name", "aria-pressed": String(pool.id === chosen), "data-focus": `pool ${pool.id}`, onclick: () => choose(pool.id) },
        h("span", {}, nameOf(pool)), h("span", { class: "soft small" }, t("week.spaces", { n: pool.size }))),
      h("div", { class: "drawing" }, drawing(pool, week, span, now)));
  return [h("li", { class: "pool", "aria-hidden": "true" }, h("span"), h("div", { class: "drawing" }, head(week.days, span))), ...week.pools.map(row)];
}

function head(days, { width }) {
  const each = width / days.length;
  return svg("svg", { width, height: HEAD }, days.map(({ date }, n) => svg("text", { class: "axis", x: (n + 0.5) * each, y: 13, "text-anchor": "middle" }, `${weekdayWord(ownWeekday(date))}${each < 90 ? "" : ` ${Number(date.slice(8))}`}`)));
}

function drawing(pool, week, span, now) {
  const place = frameOf({ ...span, size: pool.size, height: HEIGHT, top: 1 });
  const shapes = stack(week.openings.filter((opening) => opening.pool === pool.id), pool.size, span.start, span.end);
  const closures = week.closures.filter((closure) => !closure.pool || closure.pool === pool.id);
  const shut = closures.flatMap((closure) => closedOutlines(closure, pool.size, shapes, place));
  const day = (_, n) => svg("path", { class: "hour", d: `M${(n * span.width) / week.days.length},0v${HEIGHT + 2}` });
  const words = [t("week.pool_label", { name: nameOf(pool), n: shapes.length }), ...closures.map(closureWords)].join(t("list.comma"));
  return svg("svg", { width: span.width, height: HEIGHT + 2, role: "img", "aria-label": words },
    svg("rect", { class: "ground", x: 0, y: 1, width: span.width, height: HEIGHT }),
    shapes.map(({ opening, pieces }) => svg("g", { class: opening.audience }, svg("path", { class: "area", d: outline(pieces, place), fill: `url(#${opening.audience})` }))),
    shut.map((d) => svg("g", { class: "closure" }, svg("path", { class: "area", d, fill: "url(#shut)" }))),
    week.days.map(day),
    now >= span.start && now < span.end ? svg("path", { class: "now", d: `M${place.x(now)},0v${HEIGHT + 2}` }) : null);
}
