// Follows a list of arrivals: catches up over HTTP, then listens on a WebSocket, for ever, through every loss.
//
// Nothing is missed and nothing shows twice: an arrival is replaced by its id, never by an older cursor, and each new
// connection resumes after the last cursor. A change of day, or a server whose cursor went back, starts afresh.
// A silent socket may be a dead one (a browser cannot see pings), so silence is checked over HTTP.

import { day, now } from "./kit.js";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
const HANDSHAKE_MS = 10_000;
const SILENCE_MS = 30_000;
// A connection that lived this long was a good one: the next loss begins again with a short wait.
const STEADY_MS = 10_000;
// After so many failures in a row the page says "offline" instead of "reconnecting".
const STILL_HOPEFUL = 4;
const LOG_IN_AGAIN = 4401;
const NOT_YOURS = 4403;
const START_AGAIN = 1012;

export class Follower {
  #items = new Map();
  #cursor = null;
  #today = day(now());
  #phase = "connecting";
  #freshAt = null;
  #socket = null;
  #liveSince = null;
  #attempts = 0;
  #retry = null;
  #busy = false;
  #stopped = new AbortController();
  #to;

  /**
   * `to.path` and `to.stream` are below `/api/v1`; `to.page(answer)` gets each answer of `path`;
   * `to.changed(items, { fresh, first })` the whole Map by id and the ids that changed; `to.state({ phase, freshAt,
   * error })` the connection, at least once a second: `connecting`, `live`, `reconnecting`, `offline`, `refused`.
   */
  constructor(to) {
    this.#to = to;
    const signal = this.#stopped.signal;
    const wake = () => !document.hidden && this.#phase !== "live" && this.#socket === null && this.#connect();
    addEventListener("online", wake, { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    addEventListener("offline", () => this.#lost({}), { signal });
    const ticker = setInterval(() => this.#tick(), 1000);
    signal.addEventListener("abort", () => clearInterval(ticker));
    this.#enter("connecting");
    this.#connect();
  }

  stop() {
    this.#stopped.abort();
    clearTimeout(this.#retry);
    this.#hangUp();
  }

  /** Takes an answer of the API that may be newer than what the stream has sent so far. */
  put(arrival) {
    this.#merge([arrival], false);
  }

  /** Asks at once for what changed. */
  refresh() {
    return this.#catchUp();
  }

  #enter(phase, error) {
    this.#phase = phase;
    this.#to.state({ phase, freshAt: this.#freshAt, error });
  }

  #tick() {
    if (!this.#busy && day(now()) !== this.#today) this.#restart();
    else if (this.#phase === "live" && !this.#busy && Date.now() - this.#freshAt > SILENCE_MS) this.#checkSilence();
    else this.#enter(this.#phase);
  }

  #restart() {
    this.#hangUp();
    this.#startAfresh();
    this.#to.changed(this.#items, { fresh: [], first: true });
    this.#enter("connecting");
    this.#connect();
  }

  #startAfresh() {
    this.#items.clear();
    this.#cursor = null;
    this.#today = day(now());
  }

  #merge(arrivals, first) {
    const fresh = [];
    for (const arrival of arrivals) {
      const known = this.#items.get(arrival.id);
      if (known && known.cursor >= arrival.cursor) continue;
      this.#items.set(arrival.id, arrival);
      fresh.push(arrival.id);
    }
    if (fresh.length > 0 || first) this.#to.changed(this.#items, { fresh, first });
  }

  async #catchUp() {
    for (let more = true; more; ) {
      const first = this.#cursor === null;
      const answer = await this.#to.api.get(first ? this.#to.path : `${this.#to.path}?after=${this.#cursor}`);
      if (this.#stopped.signal.aborted) return;
      if (!first && answer.cursor < this.#cursor) {
        this.#startAfresh();
        continue;
      }
      this.#cursor = Math.max(this.#cursor ?? 0, answer.cursor);
      this.#freshAt = Date.now();
      this.#to.page?.(answer);
      this.#merge(answer.arrivals, first);
      more = answer.more;
    }
  }

  async #connect() {
    clearTimeout(this.#retry);
    if (this.#stopped.signal.aborted) return;
    if (this.#busy) {
      this.#retry = setTimeout(() => this.#connect(), FIRST_RETRY_MS);
      return;
    }
    await this.#whileBusy(async () => {
      await this.#catchUp();
      if (!this.#stopped.signal.aborted) this.#open();
    });
  }

  #checkSilence() {
    return this.#whileBusy(() => this.#catchUp());
  }

  async #whileBusy(work) {
    this.#busy = true;
    try {
      await work();
    } catch (error) {
      this.#lost(error);
    } finally {
      this.#busy = false;
    }
  }

  #open() {
    const url = new URL(`/api/v1${this.#to.stream}?after=${this.#cursor}`, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url, ["arrivals.v1", `bearer.${this.#to.api.token()}`]);
    this.#socket = socket;
    const deadline = setTimeout(() => socket.close(), HANDSHAKE_MS);
    socket.onopen = () => clearTimeout(deadline);
    socket.onmessage = (message) => this.#socket === socket && this.#receive(JSON.parse(message.data));
    socket.onclose = (event) => {
      clearTimeout(deadline);
      if (this.#socket === socket) this.#dropped(event.code);
    };
  }

  #receive({ type, ...frame }) {
    if (type !== "live" && type !== "arrival") return;
    this.#cursor = Math.max(this.#cursor, frame.cursor);
    this.#freshAt = Date.now();
    if (type === "arrival") {
      this.#merge([frame], false);
    } else {
      this.#liveSince ??= Date.now();
      this.#enter("live");
    }
  }

  #dropped(code) {
    if (this.#liveSince !== null && Date.now() - this.#liveSince > STEADY_MS) this.#attempts = 0;
    if (code === START_AGAIN) this.#startAfresh();
    if (code === LOG_IN_AGAIN) this.#lost({ status: 401 });
    else this.#lost(code === NOT_YOURS ? { status: 403 } : {});
  }

  /** What an error means: the session ended, this is not ours to see, or try again in a while. */
  #lost(error) {
    this.#hangUp();
    if (this.#stopped.signal.aborted) return;
    if (error.status === 401) {
      this.stop();
      if (this.#to.api.token()) this.#to.api.logOut();
    } else if (error.status === 403 || error.status === 404) {
      this.stop();
      this.#enter("refused", error);
    } else {
      this.#tryLater();
    }
  }

  #tryLater() {
    this.#attempts += 1;
    this.#enter(navigator.onLine && this.#attempts < STILL_HOPEFUL ? "reconnecting" : "offline");
    const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#attempts - 1));
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  #hangUp() {
    const socket = this.#socket;
    this.#socket = null;
    this.#liveSince = null;
    socket?.close();
  }
}
