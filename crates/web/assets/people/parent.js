// The parent's page: asks every few seconds, seldom while hidden, and tells what changed.

import "./parent-words.js";
import { ask, byId, fill, icon, language, list, onLanguage, start, t, toast } from "./kit.js";
import { canClaim, childCard } from "./parent-child.js";
import { drawPlates, startPlates } from "./parent-plates.js";
import { drawSpace, loadSpace } from "./parent-space.js";
import { api, leave, showConnection, whoAmI } from "./people.js";

const POLL_MS = 5000;
const HIDDEN_POLL_MS = 60_000;
const LAST_RETRY_MS = 30_000;

let guardian = null;
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
    const answer = await api.get("/guardian");
    tell(guardian, answer);
    guardian = answer;
    failures = 0;
    connection = { phase: "live", freshAt: Date.now() };
    draw();
  } catch (error) {
    failed(error);
  } finally {
    asking = false;
    if (api.token() && connection.phase !== "refused") timer = setTimeout(refresh, pause());
  }
}

function failed(error) {
  failures += 1;
  const refused = error.status === 403;
  connection = { ...connection, phase: refused ? "refused" : failures < 3 ? "reconnecting" : "offline" };
  showConnection(byId("connection"), connection);
  if (!refused) return;
  byId("refused").hidden = false;
  fill(byId("refused"), icon("warn"), t("parent.none"));
}

/** With jitter, so that a whole school does not ask in the same instant after an outage. */
function pause() {
  const jitter = 0.75 + Math.random() / 2;
  if (document.hidden) return HIDDEN_POLL_MS * jitter;
  return Math.min(LAST_RETRY_MS, POLL_MS * 2 ** failures) * jitter;
}

function tell(before, after) {
  for (const child of after.children) {
    const old = before?.children.find(({ pupil_id }) => pupil_id === child.pupil_id);
    if (!old || !child.arrival || old.arrival?.phase === child.arrival.phase) continue;
    byId("news").textContent = t("parent.news", { name: child.name, state: t(`parent.${child.arrival.phase}`) });
  }
}

async function claim(pupils) {
  const sure = await ask({ title: t("parent.sure"), text: t("parent.sure_text"), yes: t("parent.sure_yes"), no: t("parent.no") });
  if (!sure) return;
  for (const pupil of pupils) busy.add(pupil);
  draw();
  try {
    await api.post("/guardian/claims", { pupils });
    toast(t("parent.told"), "good");
  } catch (error) {
    toast(error.words, "bad");
  }
  await refresh();
  for (const pupil of pupils) busy.delete(pupil);
  draw();
}

function draw() {
  showConnection(byId("connection"), connection);
  if (guardian === null) return;
  byId("page").hidden = false;
  const none = guardian.children.length === 0;
  byId("refused").hidden = !none;
  if (none) fill(byId("refused"), icon("warn"), t("parent.none"));
  list(byId("children"), guardian.children, {
    key: ({ pupil_id }) => pupil_id,
    version: (child) => `${JSON.stringify(child)} ${busy.has(child.pupil_id)} ${language()}`,
    render: (child) => childCard(child, { busy: busy.has(child.pupil_id), onHere: claim }),
  });
  const absent = guardian.children.filter(({ arrival }) => !arrival);
  byId("all-here").hidden = absent.length < 2 || !absent.every(canClaim);
  fill(byId("all-here"), icon("pin"), t("parent.all_here"));
  drawSpace(guardian.children);
  drawPlates(guardian.plates);
}

start();
startPlates(refresh);
byId("leave").addEventListener("click", leave);
byId("all-here").addEventListener("click", () => {
  claim(guardian.children.filter(({ arrival }) => !arrival).map(({ pupil_id }) => pupil_id));
});
document.addEventListener("visibilitychange", () => !document.hidden && guardian !== null && refresh());
addEventListener("online", () => guardian !== null && refresh());
onLanguage(draw);
await whoAmI();
loadSpace().then(draw);
refresh();
setInterval(() => showConnection(byId("connection"), connection), 1000);
