// The operator's calls: the session is a cookie that scripts cannot read, so every call names its purpose in a header.

import { ApiError, send } from "./kit.js";

const BASE = "/api/operator/v1";
const DEADLINE_MS = 10_000;

/** One call; answers the JSON body, or null for "nothing" and for "not changed". */
export const call = async (...asked) => (await exchange(...asked)).json;

/** Told to the window when a call is refused for want of a session: the page leads back to its log-in. */
export const SESSION_ENDED = "session-ended";

/** One call; answers `{ json, etag }`. */
export async function exchange(method, path, body, headers = {}) {
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: {
        accept: "application/json",
        "x-requested-with": "console",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  } catch (error) {
    throw new ApiError({ code: error.name === "TimeoutError" ? "timeout" : "offline" });
  }
  const text = await response.text().catch(() => "");
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // An answer without a body.
  }
  if (response.ok) return { json, etag: response.headers.get("etag") };
  if (response.status === 401 && path !== "/sessions") dispatchEvent(new Event(SESSION_ENDED));
  throw new ApiError({ ...json, status: response.status });
}

export const garages = () => call("GET", "/garages");
export const logIn = (username, password) => call("POST", "/sessions", { username, password });
export const logOut = () => call("DELETE", "/sessions/current");
export const page = (garage, what, cursor) =>
  call("GET", `/garages/${encodeURIComponent(garage)}/${what}${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`);
export const check = (garage, plate) => call("POST", `/garages/${encodeURIComponent(garage)}/access-checks`, { plate });

/** `key` stays the same when a correction is sent again: it is written once. */
export const correct = (garage, correction, key) =>
  call("POST", `/garages/${encodeURIComponent(garage)}/adjustments`, correction, { "idempotency-key": key });

export const previewWalk = (garage, walk) => call("POST", `/garages/${encodeURIComponent(garage)}/inventories/preview`, walk);

/** `key` stays the same when a walk is sent again: it is written once. */
export const writeWalk = (garage, walk, key) =>
  call("POST", `/garages/${encodeURIComponent(garage)}/inventories`, walk, { "idempotency-key": key });

/** `key` stays the same when an order is sent again: it opens once. */
export const orderOpen = (garage, order, key) =>
  call("POST", `/garages/${encodeURIComponent(garage)}/open-orders`, order, { "idempotency-key": key });

/** `key` stays the same when the order is sent again. */
export const endFire = (garage, end, key) =>
  call("POST", `/garages/${encodeURIComponent(garage)}/fire-ends`, end, { "idempotency-key": key });

export const markShape = (garage, mark) => call("POST", `/garages/${encodeURIComponent(garage)}/no-reading-shapes`, mark);
export const unmarkShape = (garage, { device, shape }) =>
  call("DELETE", `/garages/${encodeURIComponent(garage)}/no-reading-shapes/${encodeURIComponent(device)}/${encodeURIComponent(shape)}`);

/** The demo's operators, or null where there is no demo. */
export async function demoOperators() {
  try {
    return (await send("GET", "/demo/operators")).operators;
  } catch {
    return null;
  }
}

export const demoLogIn = (username) =>
  fetch("/demo/operator-sessions", {
    method: "POST",
    headers: { "content-type": "application/json", "x-requested-with": "console" },
    body: JSON.stringify({ username }),
    credentials: "same-origin",
  }).then((response) => {
    if (!response.ok) throw new ApiError({ status: response.status });
  });
