// The fake server's windows, closures and rules: openings are made of the windows, conflicts and who is affected are what a test says.

import { randomUUID } from "node:crypto";

import { golden, problem } from "./answer.mjs";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const KNOWN = ["openings", "windows", "closures", "sharing-rules"];

export class Week {
  pools = { school: golden("pools_school").pools, mall: golden("pools_mall").pools };
  windows = [];
  closures = [];
  conflicts = [];
  warnings = [];
  rules = golden("sharing_rules");
  /** What previews say. */
  foreseen = { conflicts: [], affected: [] };
  keys = new Map();
  /** Id of a window to its garage. */
  garages = new Map();

  constructor(calendar) {
    this.calendar = calendar;
  }

  knows = (what) => KNOWN.includes(what);

  add(rule, garage = "school") {
    const window = golden("window", { id: randomUUID(), etag: `"${randomUUID()}"`, rule: this.filled(rule, garage) });
    this.windows.push(window);
    this.garages.set(window.id, garage);
    return window;
  }

  /** The rule with every default. */
  filled(rule, garage) {
    const [pool] = this.pools[garage];
    const { stagger = [], ...plain } = rule;
    const groups = stagger.length > 0 ? { stagger } : {};
    return { ...golden("window").rule, pool: pool.id, quota: pool.size, name: rule.audience, ...plain, ...groups };
  }

  close(change) {
    const closure = golden("closure", { id: randomUUID(), ...change });
    this.closures.push(closure);
    return closure;
  }

  answer({ method, headers, body, query }, garage, what, id) {
    const ours = this.windows.filter(({ id: own }) => this.garages.get(own) === garage);
    if (what === "openings") return [200, this.openings(garage, ours, query)];
    if (what === "sharing-rules") return this.ofRules(method, headers, body);
    if (id === "preview") return this.preview(what, body);
    if (method === "GET") return [200, what === "windows" ? { windows: ours, conflicts: this.conflicts } : { closures: this.closures }];
    if (this.foreseen.affected.length > 0 && query.get("affected") !== "cancel") return problem(409, "reservations_affected");
    if (method === "POST") return this.once(headers["idempotency-key"], () => (what === "windows" ? this.add(body, garage) : this.close(body)));
    if (what === "closures") return this.remove("closures", id);
    return this.ofWindow(method, headers, body, ours.find((window) => window.id === id));
  }

  ofWindow(method, headers, body, window) {
    if (headers["if-match"] !== window.etag) return problem(412, "sharing_changed");
    if (method === "DELETE") return this.remove("windows", window.id);
    Object.assign(window, { rule: this.filled(body, this.garages.get(window.id)), etag: `"${randomUUID()}"` });
    return [200, window];
  }

  ofRules(method, headers, body) {
    const etag = `"${JSON.stringify(this.rules).length}${this.rules.strikes}"`;
    if (method === "GET") return [200, this.rules, etag];
    if (headers["if-match"] !== etag) return problem(412, "sharing_changed");
    this.rules = body;
    return [200, body];
  }

  preview(what, body) {
    const { conflicts, affected } = this.foreseen;
    return [200, { conflicts: what === "windows" && body.rule ? conflicts : [], affected: { number: affected.length, first: affected.slice(0, 100) } }];
  }

  once(key, make) {
    if (!key) return problem(400, "idempotency_key_missing");
    if (!this.keys.has(key)) this.keys.set(key, make());
    return [201, this.keys.get(key)];
  }

  remove(kind, id) {
    this[kind] = this[kind].filter((it) => it.id !== id);
    return [204];
  }

  openings(garage, windows, query) {
    const [from, to] = [query.get("from"), query.get("to")];
    const { days } = this.calendar.days(garage, dateBefore(from), to);
    const opens = ({ rule }, { date }) => rule.weekdays & (1 << ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7));
    const openings = days.flatMap((day) => windows.filter((window) => opens(window, day)).map((window) => opening(window, day.date)));
    return {
      days: days.slice(1), warnings: this.warnings, pools: this.pools[garage], closures: this.closures,
      openings: openings.filter(({ until }) => Date.parse(until) > Date.parse(`${from}T00:00:00+08:00`)),
    };
  }
}

function opening({ id, rule }, date) {
  const from = Date.parse(`${date}T00:00:00+08:00`) + rule.start_minute * MINUTE_MS;
  const at = (ms) => new Date(ms).toISOString();
  const groups = (rule.stagger ?? []).map((group) => ({ class: group.class, from: at(from + group.offset_minutes * MINUTE_MS) }));
  const { audience, name, pool, quota, bookable, walk_in } = rule;
  return golden("opening", { window: id, name, pool, audience, day: date, from: at(from), until: at(from + rule.length_minutes * MINUTE_MS), quota, bookable, walk_in, groups });
}

const dateBefore = (date) => new Date(Date.parse(`${date}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
