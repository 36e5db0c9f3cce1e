// Language and local time of a page. Chinese is first; English by the switch or `?lang=en`; the choice is remembered.
// Times are always those of the garage (Asia/Shanghai), whatever the phone's own zone is.

const KEY = "lang";
const dictionary = { zh: {}, en: {} };
const listeners = new Set();
let current = initial();

function initial() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "en" || asked === "zh") {
    remember(asked);
    return asked;
  }
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

function remember(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // A browser that stores nothing still shows the page; it only forgets the choice.
  }
}

/** `"zh"` or `"en"`. */
export function language() {
  return current;
}

/** Adds words: `words({ zh: { hello: "您好，{name}" }, en: { hello: "Hello, {name}" } })`. */
export function words(more) {
  Object.assign(dictionary.zh, more.zh);
  Object.assign(dictionary.en, more.en);
}

/** The text of `key` in the page's language, with `{name}` filled from `values`, and `{name:one|many}` by whether it is 1. */
export function t(key, values = {}) {
  const text = dictionary[current][key] ?? dictionary.zh[key] ?? key;
  return text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) => {
    if (many === undefined) return String(values[name] ?? "");
    return Number(values[name]) === 1 ? one : many;
  });
}

/** True if there is a text for `key`. */
export function knows(key) {
  return key in dictionary.zh;
}

/** Calls `listener` now and after each change of language. */
export function onLanguage(listener) {
  listeners.add(listener);
  listener();
}

/** Fills every `data-t` (text), `data-t-label` (aria-label) and `data-t-placeholder` below `root`. */
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of root.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
}

/** Once per page, after `words`: translates the document and wires its `[data-language]` buttons. */
export function startLanguage() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      current = current === "zh" ? "en" : "zh";
      remember(current);
      for (const listener of listeners) listener();
    });
  }
  onLanguage(() => {
    document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
    translate();
    for (const button of document.querySelectorAll("[data-language]")) {
      button.textContent = current === "zh" ? "English" : "中文";
      button.lang = current === "zh" ? "en" : "zh-CN";
    }
  });
}

const ZONE = "Asia/Shanghai";
const locale = () => (current === "zh" ? "zh-CN" : "en-GB");

function local(instant, options) {
  return new Intl.DateTimeFormat(locale(), { timeZone: ZONE, hourCycle: "h23", ...options }).format(new Date(instant));
}

/** `15:32`. */
export const clock = (instant) => local(instant, { hour: "2-digit", minute: "2-digit" });
/** `15:32:08`. */
export const clockSeconds = (instant) => local(instant, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
/** `11月23日 15:32`, `23 Nov, 15:32`. */
export const dayClock = (instant) => `${local(instant, { month: "short", day: "numeric" })} ${clock(instant)}`;
/** `11月23日 星期一`. */
export const day = (instant) => local(instant, { month: "long", day: "numeric", weekday: "long" });

/** How long something took, in the two sizes that people say: `8 秒`, `12 分钟`, `3 小时`. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return t("span.seconds", { n: seconds });
  if (seconds < 3600) return t("span.minutes", { n: Math.floor(seconds / 60) });
  return t("span.hours", { n: Math.floor(seconds / 3600) });
}

words({
  zh: { "span.seconds": "{n} 秒", "span.minutes": "{n} 分钟", "span.hours": "{n} 小时" },
  en: { "span.seconds": "{n} s", "span.minutes": "{n} min", "span.hours": "{n} h" },
});
