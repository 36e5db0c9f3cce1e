// A driver stands before a barrier that has not opened, has scanned the code at the lane and says which of the own cars it is.

import "./gate-words.js";
import { ApiError, byId, fill, h, icon, knows, onLanguage, start, t } from "./kit.js";
import { api, showConnection, whoAmI } from "./people.js";

const ASK_MS = 1000;
/** An order lives for half a minute: whoever has no answer by then need not wait for one. */
const PATIENCE_MS = 40_000;
const SAYS = { asking: ["accent", "clock"], waiting: ["accent", "clock"], taken: ["accent", "clock"], opened: ["good", "check"], refused: ["bad", "warn"], expired: ["bad", "warn"], unknown: ["warn", "warn"] };

const asked = new URLSearchParams(location.search);
const lane = { garage: asked.get("garage"), lane: asked.get("lane") };

let name = null;
let plates = null;
/** What has become of it: a state, or the error that refused it. */
let said = null;
let busy = false;

const pause = (ms) => new Promise((over) => setTimeout(over, ms));

async function enter(plate) {
  busy = true;
  said = { state: "asking" };
  draw();
  // The same key while it is asked again: one attempt, one opening.
  const key = crypto.randomUUID();
  const end = Date.now() + PATIENCE_MS;
  do {
    said = await attempt(plate, key);
    draw();
    if (!isOpen(said)) break;
    await pause(ASK_MS);
  } while (Date.now() < end);
  busy = false;
  draw();
}

async function attempt(plate, key) {
  try {
    const entry = await api.post("/gate-entries", { ...lane, plate_id: plate.id }, { headers: { "idempotency-key": key } });
    showConnection(byId("connection"), { phase: "live", freshAt: Date.now() });
    return entry;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 0) showConnection(byId("connection"), { phase: "reconnecting", freshAt: null });
    return { error };
  }
}

/** Whether the next answer may be another one. */
const isOpen = ({ state, error }) => (error ? error.status === 0 || error.status >= 500 : state === "waiting" || state === "taken");

function refusal({ words, code, detail }) {
  const why = code === "not_let_in" && knows(`gate.reason_${detail}`) ? t(`gate.reason_${detail}`) : null;
  return why ?? words;
}

function draw() {
  document.title = t("gate.title");
  byId("place").textContent = t("gate.place", { garage: name ?? lane.garage, lane: lane.lane });
  fill(byId("said"), said === null ? null : said.error ? note("bad", "warn", refusal(said.error)) : note(...SAYS[said.state], t(`gate.${said.state}`)));
  byId("choice").hidden = plates === null || said?.state === "opened";
  if (plates === null) return;
  fill(byId("plates"), plates.length ? plates.map(choice) : h("li", {}, h("p", {}, t("gate.no_plates")), h("a", { class: "button main wide", href: "/reservations" }, t("gate.add"))));
}

const note = (colour, mark, text) => h("div", { class: `note state ${colour}` }, icon(mark), h("strong", {}, text));

const choice = (plate) => h("li", {}, h("button", { type: "button", class: "main wide", disabled: busy, onclick: () => enter(plate) }, icon("car"), h("span", { class: "plate number" }, plate.plate)));

/** A phone in a basement comes back. */
async function own() {
  for (;;) {
    try {
      const answer = await api.get("/plates");
      showConnection(byId("connection"), { phase: "live", freshAt: Date.now() });
      return answer.plates;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showConnection(byId("connection"), { phase: "offline", freshAt: null });
      await pause(2000);
    }
  }
}

async function nameOf(garage) {
  const lists = await Promise.all([api.get("/garages").catch(() => null), api.get("/garages?audience=pickup").catch(() => null)]);
  return lists.flatMap((it) => it?.garages ?? []).find(({ id }) => id === garage) ?? null;
}

start();
if (!lane.garage || !lane.lane) {
  onLanguage(() => fill(byId("said"), note("bad", "warn", t("gate.no_lane"))));
} else {
  onLanguage(draw);
  await whoAmI();
  plates = await own();
  draw();
  name = (await nameOf(lane.garage))?.name ?? null;
  draw();
}
