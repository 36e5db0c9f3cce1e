// The waiting hall's screen: masked names of a whole school, live, without anybody at the keyboard.

import { byId, clock, clockSeconds, day, fill, icon, now, onLanguage, start, t, words } from "./kit.js";
import { Column } from "./hall-column.js";
import { api, showConnection, whoAmI } from "./people.js";
import { Follower } from "./stream.js";

const PHASES = ["waiting", "released"];

words({
  zh: {
    "hall.title": "等候厅",
    "hall.waiting": "等候中",
    "hall.waiting_other": "Waiting",
    "hall.released": "请到出口",
    "hall.released_other": "Go to the exit",
    "hall.none_waiting": "现在没有等候的孩子",
    "hall.none_released": "已放行的孩子会显示在这里",
    "hall.full": "全屏",
    "hall.order": "班里第 {n} 位",
    "hall.news": "请到出口：{names}",
  },
  en: {
    "hall.title": "Waiting hall",
    "hall.waiting": "Waiting",
    "hall.waiting_other": "等候中",
    "hall.released": "Go to the exit",
    "hall.released_other": "请到出口",
    "hall.none_waiting": "No children are waiting now",
    "hall.none_released": "Released children appear here",
    "hall.full": "Full screen",
    "hall.order": "No. {n} in the class",
    "hall.news": "Go to the exit: {names}",
  },
});

const columns = new Map(PHASES.map((phase) => [phase, new Column(byId(phase))]));
let connection = { phase: "connecting", freshAt: null };
let phases = new Map();
let school = null;
let drawing = null;
let latest = new Map();

function changed(items, { first }) {
  latest = items;
  if (first) phases = new Map([...items.values()].map(({ id, phase }) => [id, phase]));
  // A burst of frames is one drawing.
  drawing ??= setTimeout(draw, 16);
}

/** Who waits longest is first; who was released last is first. */
function draw() {
  drawing = null;
  const all = [...latest.values()];
  for (const phase of PHASES) {
    // A reading that does not stand calls no child.
    const here = all.filter((arrival) => arrival.phase === phase && !(phase === "waiting" && arrival.doubt === "read_again"));
    here.sort((a, b) => (phase === "released" ? b.cursor - a.cursor : a.cursor - b.cursor));
    const fresh = here.filter(({ id }) => phases.get(id) !== phase);
    columns.get(phase).show(here, fresh.map(({ id }) => id));
    if (phase === "released" && fresh.length > 0) {
      byId("news").textContent = t("hall.news", { names: fresh.map(({ pupil }) => pupil).join(" ") });
    }
  }
  phases = new Map(all.map(({ id, phase }) => [id, phase]));
}

function connected(next) {
  connection = next;
  showConnection(byId("connection"), next);
  document.body.classList.toggle("stale", next.phase === "offline" || next.phase === "refused");
  if (next.phase !== "refused") return;
  byId("refused").hidden = false;
  fill(byId("refused"), icon("warn"), t("problem.not_a_hall"));
}

function tick() {
  byId("clock").textContent = clock(now());
  byId("clock").title = `${day(now())} ${clockSeconds(now())}`;
  for (const column of columns.values()) column.tick();
}

function drawWords() {
  byId("school").textContent = school ?? t("hall.title");
  document.title = t("hall.title");
  showConnection(byId("connection"), connection);
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

/** Asks the device to keep the screen on; one that cannot has its own setting. */
function stayAwake() {
  if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
}

start();
byId("full").addEventListener("click", fullScreen);
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
tick();
setInterval(tick, 1000);
onLanguage(drawWords);
const me = await whoAmI();
if (me.hall) {
  new Follower({
    api,
    path: "/hall/arrivals",
    stream: "/hall/stream",
    page: (answer) => {
      school = answer.school.name;
      drawWords();
    },
    changed,
    state: connected,
  });
} else {
  connected({ phase: "refused", freshAt: null });
}
