// The operator console: log-in, all own garages with live counts, one of them in detail.

import "./operator-words.js";
import { byId, fill, h, icon, language, list, onLanguage, start, t } from "./kit.js";
import { garages, logOut } from "./operator-api.js";
import { showBuild, startBuild } from "./operator-build.js";
import { alarmColour, alarmWord } from "./lane-alarm.js";
import { Detail, free } from "./operator-detail.js";
import { logInForm } from "./operator-log-in.js";
import { navTo, startNav } from "./operator-nav.js";

const ASK_MS = 2000;
const ASK_HIDDEN_MS = 15000;

let all = null;
let chosen = new URLSearchParams(location.search).get("garage");
let state = "connecting";
let round = 0;
const detail = new Detail(byId("detail"), () => refresh());

function choose(id) {
  chosen = id;
  const query = new URLSearchParams(location.search);
  query.set("garage", id);
  history.replaceState(null, "", `?${query}`);
  draw();
  byId("detail").scrollIntoView({ block: "nearest" });
}

function signs(garage) {
  const marks = [];
  if (garage.gateway.health !== "online") marks.push(["bad", "offline", `operator.gateway_${garage.gateway.health}`]);
  else marks.push(["good", "live", "operator.gateway_online"]);
  if (garage.open === 0 && free(garage) > 0) marks.push(["", "door", "operator.not_public"]);
  if (!garage.plausible) marks.push(["bad", "warn", "operator.implausible"]);
  const silent = garage.lanes.filter((lane) => lane.health === "offline").length;
  if (silent > 0) marks.push(["warn", "warn", "operator.lanes_silent", { n: silent }]);
  const stuck = garage.lanes.filter((lane) => lane.stuck_since).length;
  if (stuck > 0) marks.push(["bad", "car", "operator.lanes_stuck", { n: stuck }]);
  if (garage.waiting_cars > 0) marks.push(["bad", "car", "operator.waiting_cars_n", { n: garage.waiting_cars }]);
  const held = garage.lanes.filter((lane) => lane.held_open_since).length;
  if (held > 0) marks.push(["warn", "door", "operator.lanes_held_open", { n: held }]);
  const worst = worstAlarm(garage.alarms);
  if (worst) marks.push([alarmColour(worst), "warn", "operator.alarms_n", { n: garage.alarms.count, worst: alarmWord(worst) }]);
  if (garage.dead_letters_today > 0) marks.push(["warn", "warn", "operator.dead_letters_n", { n: garage.dead_letters_today }]);
  return marks.map(([colour, mark, key, values]) => h("span", { class: `pill ${colour}` }, icon(mark), t(key, values)));
}

/** A fire comes before what is wrong at a lane, and that before the rest of the gateway. */
function worstAlarm(alarms) {
  if (!alarms?.count) return null;
  return alarms.worst_gateway === "fire" ? "fire" : (alarms.worst_lane ?? alarms.worst_gateway);
}

const nameOf = (garage) => (language() === "zh" ? garage.name : garage.name_en);

function card(garage) {
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "garage", "aria-current": garage.id === chosen ? "true" : null, onclick: () => choose(garage.id) },
      h("span", { class: "name" }, nameOf(garage)),
      h(
        "span",
        { class: "count number" },
        String(free(garage) ?? t("operator.no_data")),
        h("small", {}, t("operator.open_of", { n: garage.capacity })),
      ),
      h("span", { class: "signs" }, signs(garage)),
    ),
  );
}

function draw() {
  if (!all) return;
  if (!all.some((garage) => garage.id === chosen)) chosen = all[0]?.id ?? null;
  navTo(chosen);
  byId("none").hidden = all.length > 0;
  list(byId("garages"), all, {
    key: (garage) => garage.id,
    version: (garage) => JSON.stringify([language(), garage.id === chosen, garage]),
    render: card,
  });
  detail.show(all.find((garage) => garage.id === chosen) ?? null);
}

const LOOKS = { connecting: ["clock", ""], live: ["live", "good"], offline: ["offline", "bad"] };

function drawState() {
  const [mark, colour] = LOOKS[state];
  const pill = byId("connection");
  pill.className = `pill ${colour}`;
  fill(pill, icon(mark), t(`operator.${state}`));
}

function show(loggedIn) {
  byId("log-in").hidden = loggedIn;
  byId("console").hidden = !loggedIn;
  byId("nav").hidden = !loggedIn;
  byId("leave").hidden = !loggedIn;
  byId("connection").hidden = !loggedIn;
}

async function refresh() {
  try {
    const answer = await garages();
    all = answer.garages;
    showBuild(answer.build);
    state = "live";
    show(true);
    draw();
  } catch (error) {
    if (error.status === 401) {
      all = null;
      showBuild(null);
      show(false);
      return false;
    }
    state = "offline";
  }
  drawState();
  return true;
}

/** Asks again until the session ends; a later call ends an earlier one. */
async function follow() {
  const mine = ++round;
  while (mine === round && (await refresh())) {
    await new Promise((again) => setTimeout(again, document.hidden ? ASK_HIDDEN_MS : ASK_MS));
  }
}

logInForm(byId("log-in"), () => follow());

byId("leave").addEventListener("click", async () => {
  await logOut().catch(() => null);
  round += 1;
  showBuild(null);
  show(false);
});

startNav();
startBuild();
start();
onLanguage(() => {
  document.title = t("operator.title");
  drawState();
  draw();
});
follow();
