// My reservations: asked again every few seconds while one looks, at once after an act.

import "./parent-words.js";
import "./reservation-words.js";
import "./reservations-words.js";
import { ask, byId, clock, dayClock, fill, h, icon, language, list, now, onLanguage, start, t, toast } from "./kit.js";
import { drawPlates, startPlates } from "./parent-plates.js";
import { api, leave, showConnection, whoAmI } from "./people.js";
import { askTimes, garageOf, isInside, isLive, laterEnd, reservationCard, timeLeft } from "./reservation-card.js";

const POLL_MS = 15_000;
const HIDDEN_POLL_MS = 120_000;

let mine = null;
let older = [];
let next = null;
let notices = [];
let plates = [];
let connection = { phase: "connecting", freshAt: null };
let failures = 0;
let timer = null;
let asking = false;
const busy = new Set();

async function refresh() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  try {
    const [page, news, own] = await Promise.all([api.get("/reservations"), api.get("/notices"), api.get("/plates")]);
    tell(mine, page.items);
    mine = page.items;
    if (older.length === 0) next = page.next;
    notices = news.items;
    plates = own.plates;
    failures = 0;
    connection = { phase: "live", freshAt: Date.now() };
  } catch {
    failures += 1;
    connection = { ...connection, phase: failures < 3 ? "reconnecting" : "offline" };
  } finally {
    asking = false;
    draw();
    // With jitter, so that a district does not ask in the same instant after an outage.
    const wait = (document.hidden ? HIDDEN_POLL_MS : POLL_MS) * (0.75 + Math.random() / 2);
    if (api.token()) timer = setTimeout(refresh, wait);
  }
}

function tell(before, after) {
  for (const r of after) {
    const old = before?.find(({ id }) => id === r.id);
    if (old && old.state !== r.state) byId("news").textContent = t("mine.news", { garage: garageOf(r), state: t(`state.${r.state}`) });
  }
}

function draw() {
  document.title = t("mine.title");
  showConnection(byId("connection"), connection);
  drawNotices();
  if (mine === null) return;
  byId("page").hidden = false;
  const known = new Set(mine.map(({ id }) => id));
  const all = [...mine, ...older.filter(({ id }) => !known.has(id))];
  const soonest = (a, b) => a.starts_at.localeCompare(b.starts_at);
  group("now", all.filter((r) => isInside(r) || r.state === "held"));
  group("coming", all.filter((r) => r.state === "confirmed" || r.state === "waiting").sort(soonest));
  group("past", all.filter((r) => !isLive(r)));
  byId("more").hidden = next === null || next === undefined;
  byId("none").hidden = all.length > 0;
  fill(byId("none"), icon("car"), t("mine.none"));
  drawPlates(plates);
}

function group(id, items) {
  const section = byId(id);
  section.hidden = items.length === 0;
  list(section.querySelector("ul"), items, {
    key: (r) => r.id,
    version: (r) => `${JSON.stringify(r)} ${busy.has(r.id)} ${language()}`,
    render: (r) => reservationCard(r, { busy: busy.has(r.id), acts: { act, extend, change, cancel } }),
  });
}

function drawNotices() {
  const unread = notices.filter(({ read }) => !read);
  byId("notices").hidden = unread.length === 0;
  list(byId("notice-list"), unread, {
    key: ({ id }) => id,
    version: ({ id }) => `${id} ${language()}`,
    render: (notice) =>
      h(
        "li",
        { class: "note warn" },
        icon("bell"),
        h("div", {}, h("strong", {}, `${language() === "en" ? notice.garage_name_en : notice.garage_name} · ${dayClock(notice.at)}`), h("p", {}, t(`notice.${notice.kind}`), " ", notice.detail)),
        h("button", { type: "button", "data-act": "read", onclick: () => read(notice) }, t("mine.read")),
      ),
  });
}

async function read(notice) {
  notices = notices.filter(({ id }) => id !== notice.id);
  drawNotices();
  await api.post(`/notices/${notice.id}/read`).catch((error) => toast(error.words, "bad"));
}

/** Runs one change of a reservation; whatever comes of it, the list is asked again. */
async function doing(r, work, said) {
  busy.add(r.id);
  draw();
  try {
    const after = await work();
    toast(said(after), "good");
  } catch (error) {
    toast(error.words, "bad");
  }
  busy.delete(r.id);
  await refresh();
  draw();
}

const act = (r, kind) =>
  doing(r, () => api.post(`/reservations/${r.id}/acts`, { act: kind }), () => t(kind === "confirm" ? "state.confirmed" : "mine.cancelled"));

const extend = (r, minutes) =>
  doing(r, () => api.patch(`/reservations/${r.id}`, { ends_at: laterEnd(r, minutes) }), (after) => t("mine.extended", { at: clock(after.ends_at) }));

async function change(r) {
  const times = await askTimes(r);
  if (times !== null) await doing(r, () => api.patch(`/reservations/${r.id}`, times), () => t("mine.changed"));
}

async function cancel(r) {
  const late = r.state === "confirmed" && new Date(r.starts_at) < now();
  const sure = await ask({ title: t("mine.cancel_sure"), text: t(late ? "mine.cancel_late" : "mine.cancel_text"), yes: t(r.state === "waiting" ? "mine.leave_list" : "mine.cancel"), no: t("mine.cancel_keep"), danger: true });
  if (sure) await act(r, "cancel");
}

async function more() {
  try {
    const page = await api.get(`/reservations?cursor=${encodeURIComponent(next)}`);
    older = [...older, ...page.items];
    next = page.next;
    draw();
  } catch (error) {
    toast(error.words, "bad");
  }
}

start();
startPlates(refresh);
byId("leave").addEventListener("click", leave);
byId("more").addEventListener("click", more);
document.addEventListener("visibilitychange", () => !document.hidden && refresh());
addEventListener("online", refresh);
onLanguage(draw);
await whoAmI();
refresh();
setInterval(() => {
  showConnection(byId("connection"), connection);
  for (const element of document.querySelectorAll("[data-until]")) element.textContent = timeLeft(element.dataset.until);
}, 1000);
