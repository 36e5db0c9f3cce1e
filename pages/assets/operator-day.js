// A garage's day, drawn: spaces taken and kept at each time, cars counted inside, each reservation as a bar; who must leave before
// pickup; a reservation for somebody at the counter; strikes and blocks.

import "./day-words.js";
import { byId, day as dayName, fill, h, now, onLanguage, t } from "./kit.js";
import { dateAfter, dateOf } from "./garage-time.js";
import { addBlock, drawBlocks } from "./day-blocks.js";
import { drawBars, STATES } from "./day-bars.js";
import { DAY_MS, drawChart, readAt } from "./day-chart.js";
import { drawClearing } from "./day-clearing.js";
import { Frame, nameOf } from "./operator-frame.js";
import { showReservation } from "./reservation-panel.js";
import { newReservation } from "./reserve-form.js";
import { AUDIENCES } from "./share-stack.js";
import { blocks, clearing, timeline } from "./sharing-api.js";
import { definePatterns, onWidth, swatch } from "./svg.js";

const FEW_ROWS = 30;
const ZOOMS = [1, 2, 4];

let date = dateOf(now());
let facts = null;
let list = null;
let blocked = null;
let frameWidth = 0;
let zoom = matchMedia("(max-width: 40rem)").matches ? 2 : 1;
let allRows = false;
let scrolledFor = null;

const isToday = () => date === dateOf(now());
const frame = new Frame({
  title: "day.title",
  everyMs: 30_000,
  async load({ id }) {
    const answers = await Promise.all([timeline(id, date), isToday() ? clearing(id) : null, blocks(id)]);
    return () => ([facts, list, blocked] = answers);
  },
  draw,
});
const context = () => ({ garage: frame.garage.id, date, pools: facts.pools, done: () => frame.again() });
const open = (reservation) => showReservation({ ...context(), reservation });

function draw() {
  byId("day").value = date;
  byId("chart-title").textContent = t("day.of", { day: dayName(`${date}T12:00:00+08:00`) });
  drawClearing(list, frame.garage, open);
  drawBlocks(blocked, context());
  drawDay();
}

function drawDay() {
  if (!facts || !frameWidth || !frame.garage) return;
  const width = frameWidth * zoom;
  const start = Date.parse(`${date}T00:00:00+08:00`);
  const place = { start, x: (at) => ((at - start) / DAY_MS) * width, width, now: now(), moment: start + Number(byId("moment").value) * 60_000 };
  const one = facts.pools.length === 1;
  const chart = (pool) => [facts.pools.length > 1 ? h("h3", { class: "pinned" }, t("day.pool", { name: nameOf(pool), n: pool.size })) : null, drawChart(pool, one ? facts.occupied : [], place)];
  const count = { name: t("day.count"), size: frame.garage.capacity, levels: [] };
  const counted = one ? [] : [h("h3", { class: "pinned" }, t("day.count_of", { n: frame.garage.capacity })), drawChart(count, facts.occupied, place)];
  fill(byId("charts"), ...facts.pools.map(chart), ...counted);
  const wished = { cancelled: byId("cancelled").checked, find: byId("find").value, most: allRows ? Infinity : FEW_ROWS };
  const { drawing, rows } = drawBars(facts.reservations, place, wished, open);
  fill(byId("bars"), drawing);
  byId("all-rows").hidden = rows <= FEW_ROWS || allRows;
  byId("all-rows").textContent = t("day.all_rows", { n: rows });
  byId("said").textContent = readAt(facts, frame.garage, place.moment, now());
  byId("narrower").disabled = zoom === ZOOMS[0];
  byId("wider").disabled = zoom === ZOOMS.at(-1);
  scrollOnce(place);
}

/** To the present, or to the first reservation, once for each day and each zoom. */
function scrollOnce({ x, start, now: at }) {
  const scrolled = [date, zoom, frameWidth, frame.garage.id].join();
  if (scrolledFor === scrolled) return;
  scrolledFor = scrolled;
  const first = Math.min(...facts.reservations.map(({ starts_at }) => Date.parse(starts_at)).filter((from) => from >= start), start + 0.6 * DAY_MS);
  byId("scroll").scrollLeft = x(isToday() ? at : first) - frameWidth / 3;
}

function turn(to) {
  if (!to) return;
  date = to;
  allRows = false;
  byId("moment").value = isToday() ? minuteNow() : 930;
  frame.again();
}

const minuteNow = () => Math.floor((now() - Date.parse(`${dateOf(now())}T00:00:00+08:00`)) / 60_000);

function zoomBy(step) {
  zoom = ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(zoom) + step))];
  drawDay();
}

byId("before").addEventListener("click", () => turn(dateAfter(date, -1)));
byId("after").addEventListener("click", () => turn(dateAfter(date, 1)));
byId("today").addEventListener("click", () => turn(dateOf(now())));
byId("day").addEventListener("change", (event) => turn(event.target.value));
byId("narrower").addEventListener("click", () => zoomBy(-1));
byId("wider").addEventListener("click", () => zoomBy(1));
byId("moment").value = minuteNow();
for (const id of ["moment", "find", "cancelled"]) byId(id).addEventListener("input", drawDay);
byId("all-rows").addEventListener("click", () => {
  allRows = true;
  drawDay();
});
byId("reserve").addEventListener("click", () => facts && newReservation(context()));
byId("add-block").addEventListener("click", () => frame.garage && addBlock(context()));

definePatterns();
frame.start();
onLanguage(() => {
  const items = [...AUDIENCES.map((it) => [it, `${t(`letter.${it}`)} ${t(`audience.${it}`)}`]), ["kept", t("day.kept")], ["shut", t("day.out_of_service")], ["counted", t("day.counted")]];
  fill(byId("legend"), items.map(([name, text]) => h("span", {}, name === "counted" ? h("i", { class: "counted-mark" }) : swatch(name), text)));
  fill(byId("states"), STATES.map((state) => h("span", {}, h("i", { class: `state-mark ${state}` }, t(`mark.${state}`)), t(`state.${state}`))));
});
onWidth(byId("scroll"), (width) => {
  frameWidth = width;
  drawDay();
});
