// Open spaces for everyone: the public feed, asked again every few seconds. "No data" is never shown as 0, and neither is a number
// shown that is older than the feed allows.

import { byId, clock, fill, h, icon, language, list, now, onLanguage, send, span, start, t, words } from "./kit.js";
import { dateOf } from "./garage-time.js";
import { openingWords } from "./opening-words.js";
import { drawForecast, forecastOf } from "./spaces-forecast.js";

const FEED = "/api/public/v3/parking-sites";
const SOURCES = "/api/public/v3/sources";
const ASK_MS = 3000;
const ASK_HIDDEN_MS = 30000;
// Below this share of the capacity the number is shown as "few".
const FEW = 0.1;

let sites = null;
let maxAgeMs = 180_000;
let heardAt = null;
let source = null;
let failed = false;
const opened = new Set();

/** Without a connection for longer than counts are good for, nothing is known any more. */
const isTooOld = () => heardAt !== null && now() - heardAt > maxAgeMs;

function look(site) {
  if (isTooOld()) return "unknown";
  if (!site.has_realtime_data || site.realtime_free_capacity === undefined) return "unknown";
  if (site.realtime_opening_status === "CLOSED") return "shut";
  if (site.realtime_free_capacity === 0) return "full";
  return site.realtime_free_capacity <= site.capacity * FEW ? "few" : "free";
}

function number(site, kind) {
  if (kind === "unknown" || kind === "shut" || kind === "full") return t(`spaces.${kind}`);
  return String(site.realtime_free_capacity);
}

/** One line for each kind of day. */
function hours(site) {
  const lines = site.opening_hours ? openingWords(site.opening_hours, dateOf(now())) : [];
  return h("ul", { class: "about hours small" }, (lines.length > 0 ? lines : [t("spaces.hours_unknown")]).map((line) => h("li", {}, line)));
}

/** What is known of fee, height and telephone. */
function facts(site) {
  const parts = [];
  if (site.has_fee !== undefined) parts.push(t(site.has_fee ? "spaces.fee" : "spaces.free_of_charge"));
  if (site.fee_description) parts.push(site.fee_description);
  if (site.max_height) parts.push(t("spaces.max_height", { n: site.max_height / 100 }));
  if (site.phone) parts.push(h("a", { href: `tel:${site.phone.replace(/[^+\d]/g, "")}` }, site.phone));
  return parts.length === 0 ? null : h("p", { class: "about soft small" }, parts.flatMap((part, n) => (n === 0 ? [part] : [" · ", part])));
}

const nameOf = (site) => (language() === "en" && site.name_en ? site.name_en : site.name);

function card(site) {
  const kind = look(site);
  const counted = kind === "free" || kind === "few";
  // Width by a property, not by a style attribute: the page's policy allows no inline style.
  const gauge = h("i");
  if (counted) gauge.style.width = `${Math.round((100 * site.realtime_free_capacity) / site.capacity)}%`;
  const age = kind === "unknown" ? t("spaces.no_data") : t("spaces.at", { time: clock(site.realtime_data_updated_at) });
  return h(
    "li",
    { class: `card site ${kind}` },
    h("div", {}, h("h2", {}, nameOf(site)), h("p", { class: "soft small" }, site.address)),
    h("p", { class: "free number" }, number(site, kind), counted ? h("small", {}, t("spaces.of", { n: site.capacity })) : null),
    counted ? h("div", { class: "bar-of", "aria-hidden": "true" }, gauge) : null,
    hours(site),
    facts(site),
    h("p", { class: "about soft small" }, age),
    coming(site),
  );
}

/** Drawn anew with each new number: what was opened stays open. */
function coming(site) {
  const details = drawForecast(forecastOf(site.id, draw), site.capacity);
  if (details === null) return null;
  details.open = opened.has(site.id);
  details.addEventListener("toggle", () => (details.open ? opened.add(site.id) : opened.delete(site.id)));
  return details;
}

function draw() {
  const state = byId("state");
  if (sites === null) fill(state, icon(failed ? "offline" : "clock"), t(failed ? "problem.offline" : "spaces.loading"));
  else if (failed) fill(state, icon("offline"), t("spaces.stale", { age: span(now() - heardAt) }));
  else fill(state, icon("live"), t("spaces.live"));
  byId("none").hidden = sites === null || sites.length > 0;
  list(byId("sites"), sites ?? [], {
    key: (site) => site.id,
    version: (site) => JSON.stringify([language(), site, isTooOld(), dateOf(now()), forecastOf(site.id, draw)]),
    render: card,
  });
}

/** Who publishes the data, and what others may do with it. */
async function showSource() {
  source ??= (await send("GET", SOURCES).catch(() => null))?.items[0] ?? null;
  const { attribution_license: license, attribution_contributor: contributor } = source ?? {};
  const parts = [contributor && t("spaces.contributor", { contributor }), license && t("spaces.license", { license })].filter(Boolean);
  byId("source").textContent = parts.join(" · ");
}

async function follow() {
  for (;;) {
    try {
      const feed = await send("GET", FEED);
      sites = feed.items;
      maxAgeMs = feed.realtime_max_age_s * 1000;
      heardAt = now();
      failed = false;
    } catch {
      failed = true;
    }
    draw();
    await new Promise((again) => setTimeout(again, document.hidden ? ASK_HIDDEN_MS : ASK_MS));
  }
}

words({
  zh: {
    skip: "跳到内容",
    "spaces.title": "空余车位",
    "spaces.none": "还没有车库。",
    "spaces.loading": "正在读取…",
    "spaces.live": "实时更新",
    "spaces.stale": "网络不通，以下是 {age}前的数据。",
    "spaces.unknown": "暂无数据",
    "spaces.shut": "未对外开放",
    "spaces.full": "已满",
    "spaces.of": "共 {n} 个",
    "spaces.hours_unknown": "开放时间以现场公告为准",
    "spaces.fee": "收费",
    "spaces.free_of_charge": "免费",
    "spaces.max_height": "限高 {n} 米",
    "spaces.at": "{time} 更新",
    "spaces.no_data": "没有实时数据",
    "spaces.contributor": "数据来源：{contributor}",
    "spaces.license": "许可：{license}",
  },
  en: {
    skip: "Skip to content",
    "spaces.title": "Open spaces",
    "spaces.none": "No garages yet.",
    "spaces.loading": "Loading…",
    "spaces.live": "Live",
    "spaces.stale": "No connection. Data from {age} ago.",
    "spaces.unknown": "No data",
    "spaces.shut": "Not open to the public",
    "spaces.full": "Full",
    "spaces.of": "of {n}",
    "spaces.hours_unknown": "Opening hours: see the sign at the garage",
    "spaces.fee": "Paid parking",
    "spaces.free_of_charge": "Free of charge",
    "spaces.max_height": "Height limit {n} m",
    "spaces.at": "as of {time}",
    "spaces.no_data": "no live data",
    "spaces.contributor": "Data: {contributor}",
    "spaces.license": "Licence: {license}",
  },
});
start();
onLanguage(() => {
  document.title = t("spaces.title");
  draw();
  showSource();
});
follow();
