// A garage's day, drawn: spaces taken and kept at each time, cars counted inside, each reservation as a bar; who must leave before
// pickup; a reservation for somebody at the counter; strikes and blocks.
//
// What is drawn is of the garage and the day that are chosen, and of this session, or nothing is: never another day under this one's
// name.

import "./day-words.js";
import { byId, clock, day as dayName, fill, h, now, onLanguage, t } from "./kit.js";
import { dateAfter, dateOf, instantOf } from "./garage-time.js";
import { addBlock, drawBlocks } from "./day-blocks.js";
import { drawBars, STATES } from "./day-bars.js";
import { DAY_MS, drawChart, moveUpright, readAt } from "./day-chart.js";
import { drawClearing } from "./day-clearing.js";
import { Frame, nameOf } from "./operator-frame.js";
import { showReservation } from "./reservation-panel.js";
import { newReservation } from "./reserve-form.js";
import { keepFocus, oneStop, rove } from "./rove.js";
import { AUDIENCES } from "./share-stack.js";
import { blocks, clearing, timeline } from "./sharing-api.js";
import { definePatterns, onWidth, swatch } from "./svg.js";

const FEW_ROWS = 30;
const ZOOMS = [1, 2, 4];
const BAR = "[data-reservation]";

/** Null while it is today's page, also after midnight; a link may name another day. */
let chosen = dayOfAddress();
/** Minute of the day at which one looks; null goes with the clock. */
let moment = null;
/** `{ garage, date, facts, list, blocked }` of what is drawn. */
let seen = null;
let frameWidth = 0;
let zoom = matchMedia("(max-width: 40rem)").matches ? 2 : 1;
let allRows = false;
let scrolledFor = null;

const today = () => dateOf(now());
const date = () => chosen ?? today();
const minuteNow = () => Math.floor((now() - Date.parse(instantOf(today(), "00:00"))) / 60_000);

const frame = new Frame({
  title: "day.title",
  everyMs: 30_000,
  async load(garage) {
    const of = date();
    if (seen && (!frame.loaded || seen.garage.id !== garage.id || seen.date !== of)) forget();
    const [facts, list, blocked] = await Promise.all([timeline(garage.id, of), of === today() ? clearing(garage.id) : null, blocks(garage.id)]);
    return () => (seen = { garage, date: of, facts, list, blocked });
  },
  draw: () => keepFocus(draw),
});
const context = () => ({ garage: seen.garage.id, date: seen.date, pools: seen.facts.pools.map((pool) => ({ ...pool, id: pool.pool })), done: () => frame.again() });
const open = (reservation) => showReservation({ ...context(), reservation });

function dayOfAddress() {
  const asked = new URLSearchParams(location.search).get("day");
  return asked && /^\d{4}-\d\d-\d\d$/.test(asked) && !Number.isNaN(Date.parse(asked)) ? asked : null;
}

function forget() {
  seen = null;
  frame.loaded = null;
  allRows = false;
  byId("find").value = "";
  drawHead();
}

function drawHead() {
  byId("day").value = date();
  byId("today").setAttribute("aria-pressed", String(date() === today()));
  byId("chart-title").textContent = dayName(instantOf(date(), "12:00"));
  byId("loading").hidden = seen !== null;
  byId("seen").hidden = seen === null;
}

function draw() {
  drawHead();
  if (!seen) return;
  drawClearing(seen.list, seen.facts.reservations, open);
  drawBlocks(seen.blocked, context());
  drawDay();
}

/** Where a time is on the drawing. */
function placeOf() {
  const width = frameWidth * zoom;
  const start = Date.parse(instantOf(seen.date, "00:00"));
  return { start, x: (at) => ((at - start) / DAY_MS) * width, width, now: now(), moment: start + minute() * 60_000 };
}

function drawDay() {
  if (!seen || !frameWidth) return;
  const place = placeOf();
  fill(byId("charts"), charts(place));
  const first = drawReservations(place);
  drawMoment(place);
  byId("narrower").disabled = zoom === ZOOMS[0];
  byId("wider").disabled = zoom === ZOOMS.at(-1);
  scrollOnce(place, first);
}

/** One of each pool; the count is the garage's, so with several pools it has a chart of its own. */
function charts(place) {
  const { pools, occupied } = seen.facts;
  if (pools.length === 1) return [drawChart(pools[0], occupied, place)];
  const { capacity } = seen.garage;
  const pool = (it) => [h("h3", { class: "pinned" }, t("day.pool", { name: nameOf(it), n: it.size })), drawChart(it, [], place)];
  const count = { size: capacity, levels: [] };
  return [...pools.flatMap(pool), h("h3", { class: "pinned" }, t("day.count_of", { n: capacity })), drawChart(count, occupied, place)];
}

function drawReservations(place) {
  const [cancelled, find] = [byId("cancelled").checked, byId("find").value];
  const most = allRows ? Infinity : FEW_ROWS;
  const wished = { cancelled, find, most };
  const { drawing, rows, number, first } = drawBars(seen.facts.reservations, place, wished, open);
  fill(byId("bars"), drawing);
  oneStop(byId("bars"), BAR);
  byId("found").textContent = number === 0 ? t(find ? "day.not_found" : "day.no_reservations") : find ? t("day.found", { n: number }) : t("day.number", { n: number });
  byId("all-rows").hidden = rows <= most;
  byId("all-rows").textContent = t("day.all_rows", { n: rows });
  return first;
}

const minute = () => moment ?? (seen.date === today() ? minuteNow() : 15 * 60 + 30);

function drawMoment(place) {
  for (const path of byId("scroll").querySelectorAll("path.moment")) moveUpright(path, place.x(place.moment));
  byId("moment").value = minute();
  byId("moment").setAttribute("aria-valuetext", clock(place.moment));
  byId("said").textContent = readAt(seen.facts, place.moment, now());
}

/** To the present, or to the first bar, once for each day, zoom and search. */
function scrollOnce({ x, start, now: at }, first) {
  const find = byId("find").value;
  const scrolled = [seen.date, seen.garage.id, zoom, frameWidth, find].join();
  if (scrolledFor === scrolled) return;
  scrolledFor = scrolled;
  byId("scroll").scrollLeft = (seen.date === today() && !find ? x(at) : (first ?? x(start + DAY_MS / 2))) - frameWidth / 3;
}

function turn(to) {
  if (!to) return drawHead();
  chosen = to === today() ? null : to;
  moment = null;
  const query = new URLSearchParams(location.search);
  if (chosen) query.set("day", chosen);
  else query.delete("day");
  history.replaceState(null, "", `?${query}`);
  forget();
  frame.again();
}

function zoomBy(step) {
  zoom = ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(zoom) + step))];
  drawDay();
}

byId("garage").addEventListener("change", forget);
byId("before").addEventListener("click", () => turn(dateAfter(date(), -1)));
byId("after").addEventListener("click", () => turn(dateAfter(date(), 1)));
byId("today").addEventListener("click", () => turn(today()));
byId("day").addEventListener("change", (event) => turn(event.target.value));
byId("narrower").addEventListener("click", () => zoomBy(-1));
byId("wider").addEventListener("click", () => zoomBy(1));
byId("moment").addEventListener("input", (event) => {
  moment = Number(event.target.value);
  if (seen && frameWidth) drawMoment(placeOf());
});
for (const id of ["find", "cancelled"]) byId(id).addEventListener("input", drawDay);
byId("all-rows").addEventListener("click", () => {
  allRows = true;
  drawDay();
});
byId("reserve").addEventListener("click", () => newReservation(context()));
byId("add-block").addEventListener("click", () => addBlock(context()));
rove(byId("bars"), BAR, { ArrowUp: -1, ArrowDown: 1 });

definePatterns();
frame.start();
onLanguage(() => {
  const line = (name) => h("i", { class: `line-mark ${name}` });
  const areas = [...AUDIENCES.map((it) => [it, t(`audience.${it}`)]), ["kept", t("day.kept")], ["shut", t("day.out_of_service")]];
  const lines = [["counted", t("day.counted")], ["capacity", t("day.capacity")], ["now", t("day.now")]];
  fill(byId("legend"), areas.map(([name, text]) => h("span", {}, swatch(name), text)), lines.map(([name, text]) => h("span", {}, line(name), text)));
  fill(byId("states"), STATES.map((state) => h("span", {}, h("i", { class: `state-mark ${state}` }, t(`mark.${state}`)), t(`state.${state}`))));
  drawHead();
});
onWidth(byId("scroll"), (width) => {
  frameWidth = width;
  drawDay();
});
