// A fake of the server as the operator console's week, day and calendar see it, at a moment that the test sets: one garage with a
// school, one without.

import { createServer } from "node:http";
import { randomUUID } from "node:crypto";

import { golden, problem, requestBody, sendAnswer } from "./answer.mjs";
import { isAsset, sendAsset } from "./assets.mjs";
import { Alarms } from "./fake-alarms.mjs";
import { Calendar } from "./fake-calendar.mjs";
import { Orders } from "./fake-orders.mjs";
import { Week } from "./fake-week.mjs";

export { problem } from "./answer.mjs";

export const NOW = "2026-11-23T15:20:00+08:00";

const BUILD = { version: "0.0.0", revision: "unknown" };
const BASE = "/api/operator/v1";
const MINUTE_MS = 60_000;
const TAKES = ["held", "confirmed", "checked_in", "overstayed", "completed"];

/** The instant of a local time of the day on which the fake's clock stands. */
export const at = (time, date = NOW.slice(0, 10)) => new Date(`${date}T${time}:00+08:00`).toISOString();

export async function startConsole() {
  const world = new World();
  const server = createServer((request, response) => world.answer(request, response));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  world.url = `http://127.0.0.1:${server.address().port}`;
  world.close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return world;
}

/** A page whose clock stands where the fake's does. */
export async function look(page, url) {
  await page.clock.setFixedTime(new Date(NOW));
  await page.goto(url);
  return page;
}

class World {
  session = true;
  down = false;
  garages = [golden("garage"), golden("garage", { id: "mall", name: "海湾商场", name_en: "Harbour Mall", capacity: 200 })];
  stays = [];
  pools = { school: golden("pools_school").pools, mall: golden("pools_mall").pools };
  occupied = [];
  clearing = { by: at("15:40"), missing: 0, cars: [] };
  blocked = { blocks: [], strikes: [] };
  calendar = new Calendar();
  week = new Week(this.calendar);
  orders = new Orders(new Date(NOW).toISOString());
  alarms = new Alarms(new Date(NOW).toISOString());
  /** `METHOD path` to one answer `[status, json]` that comes instead. */
  instead = new Map();
  walks = [];
  preview = null;
  keys = new Map();
  asked = [];

  stay(change = {}) {
    const times = { starts_at: at("18:00"), ends_at: at("20:00"), state_since: at("09:00"), created_at: at("09:00"), changed_at: at("09:00") };
    const stay = golden("reservation", { id: randomUUID(), ...times, ...change });
    this.stays.push(stay);
    return stay;
  }

  async answer(request, response) {
    response.setHeader("date", new Date(NOW).toUTCString());
    const url = new URL(request.url, this.url);
    if (isAsset(url.pathname)) return sendAsset("operator", url.pathname, response);
    if (this.down) return request.socket.destroy();
    sendAnswer(request, response, this.api(request, url, await requestBody(request)));
  }

  /** A walk is previewed as the test says, and written down with it. */
  walked(id, body) {
    if (id === "preview") return [200, this.preview];
    const counts = { seen: body.seen.trim().split("\n").length, unread: body.unread, opened: this.preview.opened.length, named: this.preview.named.length, ghosts: this.preview.ghosts.length };
    const { begun_at, ended_at, reason } = body;
    const { before, after } = this.preview;
    const walk = golden("inventory", { id: randomUUID(), begun_at, ended_at, at: ended_at, before, after, ...counts, reason });
    this.walks.unshift(walk);
    return [201, walk];
  }

  api({ method, headers }, url, body) {
    if (url.pathname === "/demo/operators") return [200, { operators: [] }];
    const path = url.pathname.replace(BASE, "");
    const call = `${method} ${path}`;
    this.asked.push({ call, body, headers, query: url.search });
    if (call === "POST /sessions") {
      this.session = body.password === "right";
      return this.session ? [204] : problem(401, "wrong_credentials");
    }
    if (!this.session) return problem(401, "unauthorized");
    if (this.instead.has(call)) {
      const answer = this.instead.get(call);
      this.instead.delete(call);
      return answer;
    }
    if (call === "GET /garages") return [200, { garages: this.garages, build: BUILD }];
    const [, kind, id, what, one, act] = path.split("/");
    if (kind === "schools") return this.calendar.ofSchool(method, id, headers, body);
    if (what === "calendar") return [200, this.calendar.days(id, url.searchParams.get("from"), url.searchParams.get("to"))];
    return this.garage({ method, headers, body, query: url.searchParams }, id, what, one, act);
  }

  garage({ method, headers, body, query }, garage, what, id, act) {
    if (this.week.knows(what)) return this.week.answer({ method, headers, body, query }, garage, what, id);
    if (what === "waiting-cars") return [200, { items: this.orders.waiting }];
    if (what === "open-orders") return this.orders.answer({ method, headers, body });
    if (what === "fire-ends") return this.orders.endFire({ headers, body });
    if (what === "no-reading-shapes") return this.alarms.answer({ method, body, device: id, shape: act });
    if (what === "inventories") return method === "GET" ? [200, { items: this.walks, next: null }] : this.walked(id, body);
    if (what === "timeline") return [200, this.timeline(garage, query.get("day"))];
    if (what === "clearing") return [200, garage === "school" ? this.clearing : { by: NOW, missing: 0, cars: [] }];
    if (what === "blocks" && method === "GET") return [200, this.blocked];
    if (what === "blocks" && method === "POST") return this.block(body);
    if (what === "blocks") return this.lift("blocks", id);
    if (what === "strikes") return this.lift("strikes", id);
    if (method === "POST" && !id) return this.reserve(garage, headers["idempotency-key"], body);
    const stay = this.stays.find((it) => it.id === id);
    if (headers["if-match"] !== `"${stay.changed_at}"`) return problem(412, "reservation_changed");
    if (act) Object.assign(stay, body.act === "confirm" ? { state: "confirmed", expires_at: null } : { state: "cancelled", cause: "operator" });
    else Object.assign(stay, body);
    stay.changed_at = new Date(Date.parse(stay.changed_at) + 1).toISOString();
    return [200, stay];
  }

  timeline(garage, day) {
    const [from, until] = [at("00:00", day), new Date(Date.parse(at("00:00", day)) + 1440 * MINUTE_MS).toISOString()];
    const stays = this.stays.filter((it) => it.garage === garage && it.starts_at < until && it.ends_at > from);
    const pools = this.pools[garage].map(({ id: pool, name, name_en, size }) => (
      { pool, name, name_en, size, levels: levels(stays.filter((stay) => stay.pool === pool), day, from, until) }));
    return { day, pools, reservations: stays, occupied: this.occupied.filter(({ at: when }) => when >= from && when < until) };
  }

  reserve(garage, key, { wish, ...body }) {
    if (!/^\p{Script=Han}[A-Z][A-Z0-9]{5,6}$/u.test(body.plate)) return problem(422, "invalid_plate", { field: "plate" });
    if (!this.keys.has(key)) this.keys.set(key, this.stay({ garage, origin: "operator", ...body, pool: body.pool ?? this.pools[garage][0].id }));
    return [201, this.keys.get(key)];
  }

  block({ plate, reason, until }) {
    const block = golden("block", { id: randomUUID(), plate, reason, from: at("15:20"), until: until ?? null });
    this.blocked.blocks.unshift(block);
    return [201, block];
  }

  lift(kind, id) {
    this.blocked[kind] = this.blocked[kind].filter((it) => it.id !== id);
    return [204];
  }
}

/** From 15:30 to 18:00 ten spaces are kept for pickup. */
function levels(stays, day, from, until) {
  const pickup = [at("15:30", day), at("18:00", day)];
  const borders = [...stays.flatMap((it) => [it.starts_at, it.ends_at]), ...pickup].filter((border) => border > from && border < until);
  const level = (border) => {
    const there = stays.filter((it) => TAKES.includes(it.state) && it.starts_at <= border && border < it.ends_at);
    const count = (audience) => there.filter((it) => it.audience === audience).length;
    const taken = ["pickup", "staff", "resident", "public"].map((it) => [it, count(it)]).filter(([, n]) => n > 0);
    const kept = pickup[0] <= border && border < pickup[1] ? Math.max(0, 10 - count("pickup")) : 0;
    return golden("pool_level", { from: border, taken, kept });
  };
  return [...new Set([from, ...borders])].sort().map(level);
}
