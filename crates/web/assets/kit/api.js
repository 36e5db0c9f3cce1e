// The API of the own origin: a bearer token kept for this tab only, a deadline on every call, and problems
// (RFC 9457) as errors that can be shown in the page's language.

import { knows, t, words } from "./lang.js";

const DEADLINE_MS = 10_000;

/** A refused or failed call. `code` is the problem's, and so is `help`; `offline` and `timeout` are made here; 0 is "no answer". */
export class ApiError extends Error {
  constructor({ status = 0, code = "unknown", title = "", detail = null, field = null, help = null }) {
    super(title || code);
    Object.assign(this, { status, code, title, detail, field, help });
  }

  /** Words for people: by code, else by kind of status, else the server's own title. */
  get words() {
    if (knows(`problem.${this.code}`)) return t(`problem.${this.code}`);
    if (this.status >= 500) return t("problem.internal");
    return this.title || t("problem.unknown");
  }
}

/**
 * A client for paths below `base`. The token lives in sessionStorage under `key`; a `#token=…` in the address
 * (a mini-program's web-view passes it so) is taken and removed from the address at once.
 */
export function client({ base, key }) {
  let token = takeFromAddress() ?? sessionStorage.getItem(key);
  if (token) sessionStorage.setItem(key, token);
  const lost = new Set();

  const self = {
    token: () => token,
    logIn(fresh) {
      token = fresh;
      sessionStorage.setItem(key, fresh);
    },
    logOut() {
      token = null;
      sessionStorage.removeItem(key);
      for (const listener of lost) listener();
    },
    /** Called when there is no session (any more): after a 401 and after `logOut`. */
    onLoggedOut: (listener) => lost.add(listener),
    get: (path, options) => call("GET", path, undefined, options),
    post: (path, body, options) => call("POST", path, body, options),
    patch: (path, body, options) => call("PATCH", path, body, options),
    put: (path, body, options) => call("PUT", path, body, options),
    remove: (path, options) => call("DELETE", path, undefined, options),
  };

  async function call(method, path, body, { headers = {} } = {}) {
    const used = token;
    try {
      return await send(method, base + path, body, { ...headers, ...(used ? { authorization: `Bearer ${used}` } : {}) });
    } catch (error) {
      // Only the session that was refused ends: an answer to an older one must not end a new one.
      if (error.status === 401 && used && used === token) self.logOut();
      throw error;
    }
  }
  return self;
}

function takeFromAddress() {
  const passed = new URLSearchParams(location.hash.slice(1)).get("token");
  if (passed) history.replaceState(null, "", location.pathname + location.search);
  return passed;
}

// What the server's clock is ahead of this phone's. The Date header has whole seconds: less than 2 s is noise.
let skew = 0;

/** The server's time in milliseconds: countdowns and ages must not depend on a phone that runs wrong. */
export const now = () => Date.now() + skew;

function learnClock(response) {
  const ahead = Date.parse(response.headers.get("date") ?? "") - Date.now();
  if (Number.isFinite(ahead)) skew = Math.abs(ahead) < 2000 ? 0 : ahead;
}

/** One call without a session. Answers the JSON body, or null if there is none. */
export async function send(method, url, body, headers = {}) {
  const sent = body === undefined ? {} : { "content-type": "application/json" };
  const response = await reach(url, {
    method,
    headers: { accept: "application/json", ...sent, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(DEADLINE_MS),
    cache: "no-store",
    credentials: "omit",
  });
  learnClock(response);
  const text = await response.text().catch(() => "");
  const json = parse(text);
  if (response.ok) return json;
  throw new ApiError({ ...json, status: response.status });
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    throw new ApiError({ code: error.name === "TimeoutError" ? "timeout" : "offline" });
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

words({
  zh: {
    "problem.offline": "网络不通，请检查网络后再试。",
    "problem.timeout": "服务器没有及时响应，请再试一次。",
    "problem.internal": "服务器出了问题，请稍后再试。",
    "problem.unknown": "没有成功，请再试一次。",
    "problem.too_many_requests": "操作太频繁，请稍等片刻。",
    "problem.unauthorized": "登录已失效，请重新登录。",
    "problem.forbidden": "您没有查看或操作这一项的权限。",
    "problem.not_found": "没有找到。",
  },
  en: {
    "problem.offline": "No connection. Check the network and try again.",
    "problem.timeout": "The server did not respond in time. Try again.",
    "problem.internal": "Server error. Try again later.",
    "problem.unknown": "That did not work. Try again.",
    "problem.too_many_requests": "Too many requests. Wait a moment.",
    "problem.unauthorized": "Your session has expired. Log in again.",
    "problem.forbidden": "You are not allowed to see or do this.",
    "problem.not_found": "Not found.",
  },
});
