// The fake server's garages and reservations: two garages with a few spaces each, judged by counting overlaps.

import { randomUUID } from "node:crypto";

import { golden, problem } from "./answer.mjs";

const GARAGES = golden("shared_garages").garages;
const TAKES = ["held", "confirmed", "checked_in", "overstayed"];
const MINUTE = 60_000;

export class Reservations {
  size = { "harbour-mall": 1, "shelter-east": 5 };
  items = [];
  others = new Set();
  notices = [];
  keys = new Map();
  requests = 0;

  /** A reservation that exists already, of another person unless it is `mine`. */
  add({ mine = true, ...change } = {}) {
    const at = new Date().toISOString();
    const garage = GARAGES.find(({ id }) => id === (change.garage ?? "harbour-mall"));
    const item = golden("reservation", {
      id: randomUUID(), garage: garage.id, garage_name: garage.name, garage_name_en: garage.name_en, starts_at: at,
      ends_at: new Date(Date.now() + 60 * MINUTE).toISOString(), state_since: at, enter_from: at, enter_until: at, kept_until: at, created_at: at, changed_at: at, ...change,
    });
    this.items.push(item);
    if (!mine) this.others.add(item);
    return item;
  }

  notice(kind, reservation) {
    const { garage_name, garage_name_en } = reservation;
    this.notices.unshift(golden("notice", { id: randomUUID(), at: new Date().toISOString(), kind, reservation: reservation.id, garage_name, garage_name_en }));
  }

  /** The answer of `[status, json]` to a path below `/api/v1`, or null if it is none of these. */
  answer(method, part, query, headers, body) {
    const [, first, id, last] = part.split("/");
    if (first === "garages" && !id) return [200, { garages: GARAGES }];
    if (first === "garages" && last === "quote") return [200, this.quote(id, query)];
    if (first === "garages" && last === "reservations") return this.keyed(headers, body, () => this.reserve(id, body));
    if (first === "garages" && last === "reservation-series") return this.keyed(headers, body, () => this.series(id, body));
    if (first === "reservations" && !id) return [200, { items: this.items.filter((item) => !this.others.has(item)).toReversed(), next: null }];
    if (first === "reservations" && last === "acts") return this.act(id, body.act);
    if (first === "reservations" && method === "PATCH") return this.change(id, body);
    if (first === "notices" && !id) return [200, { items: this.notices }];
    if (first === "notices") return this.read(id);
    return null;
  }

  free(garage, from, until, but) {
    const overlapping = this.items.filter((r) => r.id !== but && r.garage === garage && TAKES.includes(r.state) && r.starts_at < until && from < r.ends_at);
    return this.size[garage] - overlapping.length;
  }

  quote(garage, query) {
    const [from, until] = ["starts_at", "ends_at"].map((name) => new Date(query.get(name)).toISOString());
    const free = this.free(garage, from, until);
    return { free: Math.max(free, 0), refused: free > 0 ? null : problem(409, "full")[1], ...this.help(garage, from, until) };
  }

  help(garage, from, until) {
    const others = GARAGES.filter(({ id }) => id !== garage && this.free(id, from, until) > 0);
    return {
      next_start: new Date(new Date(until).getTime() + 60 * MINUTE).toISOString(),
      waiting: this.items.filter((r) => r.garage === garage && r.state === "waiting").length,
      alternatives: others.map((g) => ({ garage: g.id, name: g.name, name_en: g.name_en, audience: "public", distance_metres: 320, free: this.free(g.id, from, until) })),
    };
  }

  keyed(headers, body, work) {
    const key = headers["idempotency-key"];
    if (!key) return problem(400, "idempotency_key_missing");
    this.requests += 1;
    if (!this.keys.has(key)) this.keys.set(key, work());
    return this.keys.get(key);
  }

  reserve(garage, { plate, starts_at, ends_at, wish, audience }) {
    const [from, until] = [starts_at, ends_at].map((at) => new Date(at).toISOString());
    const full = this.free(garage, from, until) <= 0;
    if (full && wish !== "confirm_or_wait") return problem(409, "full", { help: this.help(garage, from, until) });
    const more = full ? { state: "waiting", waiting_before: this.help(garage, from, until).waiting } : {};
    return [201, this.add({ garage, plate, audience, starts_at: from, ends_at: until, ...more })];
  }

  series(garage, { first, dates }) {
    const of = (date) => {
      const moved = (at) => `${date}${at.slice(10)}`;
      const [status, json] = this.reserve(garage, { ...first, starts_at: moved(first.starts_at), ends_at: moved(first.ends_at) });
      return { date, reservation: status === 201 ? json : null, refused: status === 201 ? null : json };
    };
    return [200, { id: "series-1", dates: dates.map(of) }];
  }

  act(id, act) {
    const r = this.items.find((item) => item.id === id);
    if (act === "confirm") Object.assign(r, { state: "confirmed", expires_at: null });
    else Object.assign(r, { state: "cancelled", cause: "driver" });
    return [200, r];
  }

  change(id, change) {
    const r = this.items.find((item) => item.id === id);
    const times = Object.fromEntries(Object.entries(change).map(([name, at]) => [name, new Date(at).toISOString()]));
    const after = { ...r, ...times };
    if (this.free(r.garage, after.starts_at, after.ends_at, id) <= 0) return problem(409, "full", { help: this.help(r.garage, after.starts_at, after.ends_at) });
    return [200, Object.assign(r, times)];
  }

  read(id) {
    this.notices.find((notice) => notice.id === id).read = true;
    return [204];
  }
}
