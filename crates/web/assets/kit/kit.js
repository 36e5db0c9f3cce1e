// What every page uses. A page imports from here and, at its end, calls `start()`.
//
//   lang.js  words({zh, en}), t(key, values), language(), onLanguage(fn), clock(), dayClock(), day(), span(ms)
//   dom.js   h(tag, attributes, ...children), icon(name), fill(), list(), toast(text, kind), ask({...}), byId()
//   api.js   client({ base, key }), send(method, url, body), ApiError with .code .status .field .words,
//            now() is the server's time

import { startIcons } from "./dom.js";
import { startLanguage } from "./lang.js";

export * from "./api.js";
export * from "./dom.js";
export * from "./lang.js";

/** Once per page, after its `words(...)`. */
export function start() {
  startIcons();
  startLanguage();
}
