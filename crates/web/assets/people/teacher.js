// The teacher's page: the board of one own class, live. Nothing is shown as done before the server says so.

import "./teacher-words.js";
import { alertSwitch, ring } from "./alert.js";
import { ask, byId, fill, h, icon, language, list, onLanguage, span, start, t, toast } from "./kit.js";
import { api, leave, showConnection, whoAmI } from "./people.js";
import { Follower } from "./stream.js";
import { card, countDown, isOpen, reasonsToAsk, row, undoLeft } from "./teacher-card.js";

// How long a new card is marked.
const FRESH_MS = 6000;
// New arrivals within this time are announced in one sentence.
const NEWS_MS = 1000;
// Data older than this, without a connection, is said to be old in large type.
const STALE_MS = 3000;
const FILTERS = ["waiting", "released", "done"];

let me = null;
let classId = null;
let follower = null;
let items = new Map();
let connection = { phase: "connecting", freshAt: null };
let filter = null;
let drawing = null;
let announcing = null;
const busy = new Map();
const fresh = new Map();
const news = [];

const counterOf = (arrival) => {
  if (arrival.phase === "claimed" || arrival.phase === "waiting") return "waiting";
  if (arrival.phase === "released") return "released";
  return arrival.phase === "handed_over" ? "done" : null;
};

function open(id) {
  follower?.stop();
  classId = id;
  items = new Map();
  busy.clear();
  fresh.clear();
  filter = null;
  byId("refused").hidden = true;
  byId("board").hidden = true;
  const query = new URLSearchParams(location.search);
  query.set("class", id);
  history.replaceState(null, "", `?${query}`);
  follower = new Follower({
    api,
    path: `/classes/${encodeURIComponent(id)}/arrivals`,
    stream: `/classes/${encodeURIComponent(id)}/arrivals/stream`,
    changed: (all, change) => id === classId && changed(all, change),
    state: (next) => id === classId && connected(next),
  });
  draw();
}

function changed(all, { fresh: ids, first }) {
  items = all;
  byId("board").hidden = false;
  const arrived = ids.map((id) => all.get(id)).filter(isNew);
  for (const id of ids.filter((seen) => !fresh.has(seen))) fresh.set(id, first ? 0 : Date.now());
  if (!first && arrived.length > 0) announce(arrived);
  drawSoon();
}

function isNew(arrival) {
  return !fresh.has(arrival.id) && (arrival.phase === "waiting" || arrival.phase === "claimed");
}

function announce(arrived) {
  ring();
  news.push(...arrived.map(({ pupil }) => pupil));
  announcing ??= setTimeout(() => {
    announcing = null;
    byId("news").textContent = t("teacher.news", { names: news.splice(0).join(language() === "zh" ? "、" : ", ") });
    drawSoon();
  }, NEWS_MS);
}

function connected(next) {
  connection = next;
  showConnection(byId("connection"), next);
  const old = next.phase !== "live" && next.freshAt !== null && Date.now() - next.freshAt > STALE_MS;
  byId("stale").hidden = !old;
  if (old) fill(byId("stale"), icon("offline"), t("teacher.stale", { age: span(Date.now() - next.freshAt) }));
  if (next.phase === "refused") {
    byId("board").hidden = true;
    byId("refused").hidden = false;
    fill(byId("refused"), icon("warn"), t("problem.not_your_class"));
  }
}

async function act(arrival, what) {
  if (!(await isSure(arrival, what))) return;
  busy.set(arrival.id, what);
  draw();
  try {
    const answer = await api.post(`/arrivals/${arrival.id}/acts`, { act: what, seen: arrival.cursor });
    if (answer?.id === arrival.id) follower.put(answer);
    toast(t(`teacher.done_${what}`, { name: arrival.pupil }), "good");
  } catch (error) {
    toast(error.words, "bad");
    if (error.status === 409) await follower.refresh().catch(() => {});
  } finally {
    busy.delete(arrival.id);
    draw();
  }
}

/** A child that goes to a car in doubt is asked for, at each step. */
function isSure(arrival, what) {
  const reasons = reasonsToAsk(arrival);
  const asked = what === "release" ? reasons.length > 0 : what === "hand_over" && Boolean(arrival.doubt);
  return asked ? sure(arrival, what, reasons) : true;
}

function sure(arrival, what, reasons) {
  return ask({
    title: t(`teacher.sure_${what}`, { name: arrival.pupil }),
    text: reasons.map((reason) => t(reason)).join(" "),
    yes: t(`teacher.sure_yes_${what}`),
    no: t("teacher.sure_no"),
  });
}

function drawSoon() {
  // A burst of frames is one drawing; a timer also runs in a hidden tab.
  drawing ??= setTimeout(draw, 16);
}

function draw() {
  clearTimeout(drawing);
  drawing = null;
  const all = [...items.values()].sort((a, b) => a.order - b.order);
  const done = all.filter((arrival) => !isOpen(arrival)).sort((a, b) => b.cursor - a.cursor);
  const recent = done.filter((arrival) => undoLeft(arrival) > 0).slice(0, 3);
  const openOnes = all.filter((arrival) => isOpen(arrival) && (filter === null || counterOf(arrival) === filter));
  drawCounters(all);
  drawList(byId("open"), openOnes, card);
  drawList(byId("recent"), recent, row);
  drawList(byId("finished"), done.filter((arrival) => !recent.includes(arrival)), row);
  byId("recent-part").hidden = recent.length === 0;
  byId("finished-part").hidden = done.length === recent.length;
  byId("finished-title").textContent = t("teacher.finished", { n: done.length });
  drawEmpty(openOnes, all, done);
}

function drawList(parent, arrivals, render) {
  const young = (id) => Date.now() - (fresh.get(id) ?? 0) < FRESH_MS;
  list(parent, arrivals, {
    key: ({ id }) => id,
    version: ({ id, cursor }) => `${cursor} ${busy.get(id) ?? ""} ${language()}`,
    render: (arrival, old) => render(arrival, { busy: busy.get(arrival.id), fresh: !old && young(arrival.id), onAct: act }),
  });
}

function drawCounters(all) {
  list(byId("counters"), FILTERS, {
    key: (name) => name,
    version: (name) => `${all.filter((arrival) => counterOf(arrival) === name).length} ${filter === name} ${language()}`,
    render: (name) => {
      const count = all.filter((arrival) => counterOf(arrival) === name).length;
      const look = { type: "button", class: `counter ${name}`, "data-act": name, "data-count": count };
      const press = () => {
        filter = filter === name || name === "done" ? null : name;
        if (name === "done") byId("finished-part").open = true;
        draw();
        if (name === "done") byId("finished-part").scrollIntoView({ block: "start", behavior: "smooth" });
      };
      const pressed = name === "done" ? null : String(filter === name);
      return h("button", { ...look, "aria-pressed": pressed, onclick: press }, h("b", { class: "number" }, count), h("span", {}, t(`teacher.${name}`)));
    },
  });
}

function drawEmpty(shown, all, done) {
  byId("empty").hidden = shown.length > 0;
  if (shown.length > 0) return;
  if (filter !== null) fill(byId("empty"), icon("check"), h("p", {}, t("teacher.filter_empty")));
  else if (all.length === 0) fill(byId("empty"), icon("car"), h("h2", {}, t("teacher.empty")), h("p", {}, t("teacher.empty_sub")));
  else fill(byId("empty"), icon("check"), h("h2", {}, t("teacher.all_done")), h("p", {}, t("teacher.all_done_sub", { n: done.length })));
}

function drawClasses() {
  const mine = me.classes;
  const here = mine.find(({ id }) => id === classId);
  byId("title").textContent = here ? here.name : t("teacher.title");
  document.title = here ? `${here.name} · ${t("teacher.title")}` : t("teacher.title");
  byId("classes").hidden = mine.length < 2;
  fill(
    byId("classes"),
    mine.map(({ id, name }) => {
      const choose = () => {
        open(id);
        drawClasses();
      };
      return h("button", { type: "button", role: "tab", "aria-selected": String(id === classId), "data-class": id, onclick: choose }, name);
    }),
  );
}

function tick() {
  for (const button of document.querySelectorAll("[data-undo]")) countDown(button);
  const expired = [...byId("recent").children].some(({ dataset }) => undoLeft(items.get(dataset.id) ?? {}) === 0);
  if (expired) draw();
}

start();
const drawAlert = alertSwitch(byId("alert"));
byId("leave").addEventListener("click", leave);
me = await whoAmI();
const asked = new URLSearchParams(location.search).get("class") ?? me.classes[0]?.id;
if (asked) {
  open(asked);
} else {
  byId("refused").hidden = false;
  fill(byId("refused"), icon("warn"), t("teacher.no_class"));
}
onLanguage(() => {
  drawAlert();
  drawClasses();
  connected(connection);
  if (items.size > 0 || !byId("board").hidden) draw();
});
setInterval(tick, 1000);
