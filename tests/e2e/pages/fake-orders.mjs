// Barriers that are opened from afar, as the stand-in of the console's server has them; the test says what becomes of an order.

import { randomUUID } from "node:crypto";

/** A garage as the first page shows it. */
export const garageWithLanes = (now) => ({
  id: "school", name: "海滨路小学地下车库", name_en: "Haibin Road School", capacity: 40, occupied: 12, open: 28, plausible: true, count_changed_at: now,
  gateway: { health: "online", last_seen_at: now, backlog: 0, version: "0.3.0", alarms: [] }, dead_letters_today: 0,
  alarms: { count: 0, worst_lane: null, worst_gateway: null },
  lanes: [lane("in", "B1 入口", "in", "online", now), lane("out", "B1 出口", "out", "online", now), lane("side", "消防通道侧门入口", "in", "offline", null)],
});

function lane(id, name, direction, health, seen) {
  return { id, name, direction, device: `d-${id}`, health, last_seen_at: seen, firmware: seen ? "1.2.3" : null, pending_events: 0, stuck_since: null, held_open_since: null, make: "native", make_title: null, alarms: [], quirks: [], clock_ahead_ms: null };
}

export class Orders {
  all = [];
  waiting = [];
  keys = new Map();

  constructor(now) {
    this.now = now;
  }

  /** Before the entry's barrier stands a car that was read with a doubt. */
  wait(change = {}) {
    const candidates = [{ plate: "鲁B12345", audience: "pickup" }, { plate: "鲁B1234B", audience: "public", reserved_from: this.now }];
    const car = { lane: "in", since: this.now, plate: "鲁B1234S", confidence: 61, reason: "low_confidence", candidates, ...change };
    this.waiting = [...this.waiting.filter(({ lane: taken }) => taken !== car.lane), car];
  }

  order(change = {}) {
    const order = {
      id: randomUUID(), action: "open", lane: "in", reason: "车牌被遮挡，已核对", operator: "李值班", plate: null, made_at: this.now,
      expires_at: new Date(Date.parse(this.now) + 30_000).toISOString(), state: "waiting", cause: null, ended_at: null, ...change,
    };
    this.all.unshift(order);
    return order;
  }

  endFire({ headers, body }) {
    const key = headers["idempotency-key"];
    if (!this.keys.has(key)) this.keys.set(key, this.order({ action: "end_fire", lane: null, reason: body.reason }));
    return [201, this.keys.get(key)];
  }

  answer({ method, headers, body }) {
    if (method === "GET") return [200, { items: this.all, next: null }];
    const key = headers["idempotency-key"];
    if (!this.keys.has(key)) this.keys.set(key, this.order({ lane: body.lane, reason: body.reason, plate: body.plate ?? null }));
    this.waiting = this.waiting.filter(({ lane: opened }) => opened !== body.lane);
    return [201, this.keys.get(key)];
  }
}
