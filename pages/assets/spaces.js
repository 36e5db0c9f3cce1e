// Open spaces for everyone: the public feed, asked again every few seconds. "No data" is never shown as 0.

import { byId, clockSeconds, fill, h, icon, language, list, now, onLanguage, send, span, start, t, words } from "./kit.js";
import { drawForecast, forecastOf } from "./spaces-forecast.js";

const FEED = "/api/public/v3/parking-sites?limit=1000";
const ASK_MS = 3000;
const ASK_HIDDEN_MS = 30000;
// Below this share of the capacity the number is shown as "few".
const FEW = 0.1;

let sites = null;
let heardAt = null;
let failed = false;
const opened = new Set();

function look(site) {
  if (!site.has_realtime_data || site.realtime_free_capacity === undefined) return "unknown";
  if (site.realtime_opening_status === "CLOSED") return "shut";
  if (site.realtime_free_capacity === 0) return "full";
  return site.realtime_free_capacity <= site.capacity * FEW ? "few" : "free";
}

function number(site, kind) {
  if (kind === "unknown" || kind === "shut" || kind === "full") return t(`spaces.${kind}`);
  return String(site.realtime_free_capacity);
}

function hours(site) {
  if (!site.opening_hours || site.opening_hours === "off") return t("spaces.hours_none");
  return site.opening_hours === "24/7" ? t("spaces.hours_always") : site.opening_hours;
}

function card(site) {
  const kind = look(site);
  const counted = kind === "free" || kind === "few";
  // Width by a property, not by a style attribute: the page's policy allows no inline style.
  const gauge = h("i");
  if (counted) gauge.style.width = `${Math.round((100 * site.realtime_free_capacity) / site.capacity)}%`;
  const age = site.realtime_data_updated_at ? t("spaces.at", { time: clockSeconds(site.realtime_data_updated_at) }) : t("spaces.no_data");
  return h(
    "li",
    { class: `card site ${kind}` },
    h("div", {}, h("h2", {}, site.name), h("p", { class: "soft small" }, site.address)),
    h("p", { class: "free number" }, number(site, kind), counted ? h("small", {}, t("spaces.of", { n: site.capacity })) : null),
    counted ? h("div", { class: "bar-of", "aria-hidden": "true" }, gauge) : null,
    h("p", { class: "about soft small" }, [t("spaces.hours", { hours: hours(site) }), age].join(" · ")),
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
    version: (site) => JSON.stringify([language(), site, forecastOf(site.id, draw)]),
    render: card,
  });
}

async function follow() {
  for (;;) {
    try {
      sites = (await send("GET", FEED)).items;
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
    "spaces.title": "空余泊位",
    "spaces.none": "还没有车库。",
    "spaces.loading": "正在读取…",
    "spaces.live": "实时更新",
    "spaces.stale": "网络不通，以下是 {age}前的数据。",
    "spaces.unknown": "暂无数据",
    "spaces.shut": "未对外开放",
    "spaces.full": "已满",
    "spaces.of": "共 {n} 个",
    "spaces.hours": "对外开放 {hours}",
    "spaces.hours_none": "无",
    "spaces.hours_always": "全天",
    "spaces.at": "{time} 更新",
    "spaces.no_data": "没有实时数据",
    "spaces.licence": "开放数据，可自由使用，请注明来源。",
  },
  en: {
    skip: "Skip to content",
    "spaces.title": "Open spaces",
    "spaces.none": "No garages yet.",
    "spaces.loading": "Loading…",
    "spaces.live": "Live",
    "spaces.stale": "No connection. This is from {age} ago.",
    "spaces.unknown": "No data",
    "spaces.shut": "Not open to the public",
    "spaces.full": "Full",
    "spaces.of": "of {n}",
    "spaces.hours": "Public hours {hours}",
    "spaces.hours_none": "none",
    "spaces.hours_always": "at any time",
    "spaces.at": "as of {time}",
    "spaces.no_data": "no live data",
    "spaces.licence": "Open data: free to use, please name the source.",
  },
});
start();
onLanguage(() => {
  document.title = t("spaces.title");
  draw();
});
follow();
