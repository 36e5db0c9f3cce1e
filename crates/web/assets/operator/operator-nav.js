// The way between the console's pages; the garage goes along.

import { byId, fill, h, onLanguage, t, words } from "./kit.js";

const PAGES = [
  ["/operator", "nav.now"],
  ["/operator/day", "nav.day"],
  ["/operator/week", "nav.week"],
  ["/operator/calendar", "nav.calendar"],
];

let garage = new URLSearchParams(location.search).get("garage");

/** The links go to this garage from now on. */
export function navTo(id) {
  garage = id;
  draw();
}

function draw() {
  const query = garage ? `?garage=${encodeURIComponent(garage)}` : "";
  const link = ([path, key]) => h("a", { href: path + query, "aria-current": location.pathname === path ? "page" : null }, t(key));
  fill(byId("nav"), PAGES.map(link));
}

export function startNav() {
  onLanguage(() => {
    byId("nav").setAttribute("aria-label", t("nav.label"));
    draw();
  });
}

words({
  zh: { "nav.label": "页面", "nav.now": "实时", "nav.day": "当天", "nav.week": "一周", "nav.calendar": "日历" },
  en: { "nav.label": "Pages", "nav.now": "Now", "nav.day": "Day", "nav.week": "Week", "nav.calendar": "Calendar" },
});
