// Remote openings as the console's fake server has them; the test decides what becomes of an order.

import { randomUUID } from "node:crypto";

import { golden } from "./answer.mjs";

/** A garage as the first page shows it. */
export function garageWithLanes(now) {
  const garage = golden("garage", { count_changed_at: now });
  garage.gateway.last_seen_at = now;
  const lane = (id, change) => golden("lane", { id, device: `d-${id}`, last_seen_at: now, ...change });
  garage.lanes = [
    lane("in"), lane("out", { name: "B1 出口", direction: "out" }),
    lane("side", { name: "消防通道侧门入口", health: "offline", last_seen_at: null, firmware: null }),
  ];
  return garage;
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
    const car = golden("waiting_car", { since: this.now, ...change });
    this.waiting = [...this.waiting.filter(({ lane: taken }) => taken !== car.lane), car];
  }

  order(change = {}) {
    const expires_at = new Date(Date.parse(this.now) + 30_000).toISOString();
    const order = golden("remote_order", { id: randomUUID(), made_at: this.now, expires_at, ...change });
    this.all.unshift(order);
    return order;
  }

  endFire({ headers, body }) {
    const key = headers["idempotency-key"];
    if (!this.keys.has(key)) this.keys.set(key, this.order({ action: "end_fire", lane: body.lane ?? null, reason: body.reason }));
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
