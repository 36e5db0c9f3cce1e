// A fake of the mini-program API, for what the real one cannot show on demand: an outage at a chosen moment,
// a socket that dies silently, an empty day. Started alone (`node fake-api.mjs 8090`) it serves the pages for looking at.

import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { golden, problem, record, requestBody, sendAnswer } from "./answer.mjs";
import { isAsset, sendAsset } from "./assets.mjs";
import { Reservations } from "./fake-reservations.mjs";
import { accept } from "./ws-server.mjs";

export { problem } from "./answer.mjs";

const NAMES = "王小明 李梓涵 张欣怡 刘浩然 陈思远 杨一诺 赵子墨 黄雨桐 周俊熙 吴若汐 徐沐宸 孙可馨 欧阳锦程 马天佑 朱语嫣".split(" ");
const RELATIONS = ["母亲", "父亲", "祖母", "外公", "母亲、父亲"];
const SCHOOL = { id: "school", name: "海滨路小学" };
const CLASSES = [
  { id: "11111111-1111-4111-8111-111111111111", name: "一年级（1）班", school: SCHOOL },
  { id: "22222222-2222-4222-8222-222222222222", name: "一年级（2）班", school: SCHOOL },
];
const PEOPLE = [
  { key: "t1", name: "林老师", role: "teacher", label: "一年级（1）班", me: { classes: [CLASSES[0]] } },
  { key: "t2", name: "何老师", role: "teacher", label: "一年级（1）班、（2）班", me: { classes: CLASSES } },
  { key: "g1", name: "王建国", role: "guardian", label: "王小明的父亲", me: { guardian: true } },
  ...Array.from({ length: 90 }, (_, n) => (
    { key: `g${n + 2}`, name: `家长 ${n + 2}`, role: "guardian", label: `${NAMES[n % NAMES.length]}的母亲`, me: { guardian: true } })),
  { key: "d1", name: "车主", role: "driver", label: "社会车辆", me: { driver: true } },
  { key: "h1", name: "等候厅大屏", role: "hall", label: SCHOOL.name, me: { hall: SCHOOL } },
].map((person, n) => ({ person_id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`, ...person }));
const UNDO_MS = 120_000;
const NEXT = { not_here: "rejected", confirm: "waiting", reject: "rejected", release: "released", hand_over: "handed_over" };
const BEFORE = { released: "waiting", handed_over: "released", rejected: "claimed" };

export async function startFake({ port = 0 } = {}) {
  const world = new World();
  const server = createServer((request, response) => world.answer(request, response));
  server.on("upgrade", (request, socket) => world.upgrade(request, socket));
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  world.url = `http://127.0.0.1:${server.address().port}`;
  world.close = () => {
    world.dropSockets();
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return world;
}

class World {
  arrivals = new Map();
  cursor = 0;
  sockets = new Set();
  down = false;
  requests = [];
  reservations = new Reservations();
  /** What `POST /gate-entries` answers, by the test. */
  gate = () => problem(409, "no_car_waiting");
  plates = golden("guardian").plates;
  children = golden("guardian").children.map((child) => ({ ...child, window: window_() }));

  arrive(change = {}) {
    const order = this.arrivals.size + 1;
    const at = new Date(Date.now() - (60 - order) * 1000).toISOString();
    const arrival = golden("class_arrival", {
      id: randomUUID(), pupil_id: randomUUID(), pupil: NAMES[order % NAMES.length], order, arrived_at: at, changed_at: at,
      plate_tail: `${(order * 37) % 10}K${order % 10}`, guardian: RELATIONS[order % RELATIONS.length], ...change,
    });
    this.put(arrival);
    return arrival;
  }

  /** A new version of an arrival: stored, and sent to every open socket. */
  put(arrival) {
    arrival.cursor = ++this.cursor;
    this.arrivals.set(arrival.id, arrival);
    for (const { send, hall } of this.sockets) {
      send({ type: "arrival", ...(hall ? masked(arrival) : arrival) });
      send({ type: "live", cursor: this.cursor });
    }
    return arrival;
  }

  dropSockets(code) {
    for (const socket of this.sockets) code ? socket.close(code) : socket.destroy();
    this.sockets.clear();
  }

  changesAfter(after, hall) {
    const changed = [...this.arrivals.values()].filter(({ cursor }) => cursor > after).sort((a, b) => a.cursor - b.cursor);
    return hall ? changed.map(masked) : changed;
  }

  async answer(request, response) {
    const url = new URL(request.url, this.url);
    if (this.down && url.pathname.startsWith("/api/")) return request.socket.destroy();
    this.requests.push(`${request.method} ${url.pathname}`);
    if (isAsset(url.pathname)) return sendAsset("people", url.pathname, response);
    sendAnswer(request, response, this.api(request, url, await requestBody(request)));
  }

  api(request, url, body) {
    const path = url.pathname;
    if (path === "/demo/people") return [200, { people: PEOPLE.map(({ me, ...person }) => person), links: [] }];
    if (path === "/demo/sessions") return [201, session(body.person_id)];
    const me = person(request.headers.authorization?.replace("Bearer ", ""));
    if (!me) return problem(401, "unauthorized");
    const part = path.replace("/api/v1", "");
    if (part === "/me") return [200, me];
    if (part === "/guardian") return [200, { children: this.children, plates: this.plates }];
    if (part === "/guardian/claims") return this.claim(body);
    if (part === "/plates" && request.method === "GET") return [200, { plates: this.plates }];
    if (part === "/gate-entries") return this.gate(body, request.headers["idempotency-key"]);
    if (part === "/plates") return this.addPlate(body);
    if (part.startsWith("/plates/")) return this.removePlate(part.split("/").at(-1));
    const shared = this.reservations.answer(request.method, part, url.searchParams, request.headers, body);
    if (shared) return shared;
    if (part.startsWith("/arrivals/")) return this.act(part.split("/")[2], body);
    return this.list(part, me, url.searchParams.get("after"));
  }

  list(part, me, after) {
    const hall = part === "/hall/arrivals";
    const shown = CLASSES.find(({ id }) => part === `/classes/${id}/arrivals`);
    if (!hall && !me.classes.some(({ id }) => id === shown?.id)) return problem(403, "not_your_class");
    const changed = this.changesAfter(Number(after ?? 0), hall);
    const own = hall ? changed : changed.filter((arrival) => arrival.class === shown.id);
    return [200, { ...(hall ? { school: SCHOOL } : { class: shown }), cursor: this.cursor, more: false, arrivals: own }];
  }

  act(id, { act, seen }) {
    const arrival = this.arrivals.get(id);
    if (arrival.cursor !== seen) return problem(409, "arrival_changed");
    const phase = act === "undo" ? BEFORE[arrival.phase] : NEXT[act];
    const now = new Date();
    const undo_until = phase === "waiting" || phase === "claimed" ? null : new Date(now.getTime() + UNDO_MS).toISOString();
    return [200, this.put({ ...arrival, phase, changed_at: now.toISOString(), undo_until })];
  }

  claim({ pupils }) {
    for (const child of this.children.filter(({ pupil_id }) => pupils.length === 0 || pupils.includes(pupil_id))) {
      const at = new Date().toISOString();
      child.arrival = golden("child_arrival", { id: randomUUID(), arrived_at: at, changed_at: at });
    }
    return [200, { children: this.children, plates: this.plates }];
  }

  addPlate({ plate }) {
    if (!/^\p{Script=Han}[A-Z][A-Z0-9]{5,6}$/u.test(plate)) return problem(422, "invalid_plate", { field: "plate" });
    const own = { id: randomUUID(), plate };
    this.plates.push(own);
    return [201, own];
  }

  removePlate(gone) {
    this.plates = this.plates.filter(({ id }) => id !== gone);
    return [204];
  }

  upgrade(request, socket) {
    const [, bearer] = request.headers["sec-websocket-protocol"].split(/,\s*/);
    if (this.down || !person(bearer.replace("bearer.", ""))) return socket.destroy();
    const url = new URL(request.url, this.url);
    const hall = url.pathname === "/api/v1/hall/stream";
    const { send, ...rest } = accept(request, socket, "arrivals.v1");
    const open = { ...rest, hall, send: (frame) => (record(`FRAME ${url.pathname}`, 200, frame), send(frame)) };
    for (const arrival of this.changesAfter(Number(url.searchParams.get("after")), hall)) open.send({ type: "arrival", ...arrival });
    open.send({ type: "live", cursor: this.cursor });
    this.sockets.add(open);
    open.onGone(() => this.sockets.delete(open));
  }
}

function window_() {
  const at = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
  return { from: at(-1), to: at(2) };
}

function person(token) {
  const found = PEOPLE.find(({ key }) => `token-${key}` === token);
  return found && golden("profile", { person_id: found.person_id, name: found.name, ...found.me });
}

function session(id) {
  const token = `token-${PEOPLE.find(({ person_id }) => person_id === id).key}`;
  return { token, expires_at: new Date(Date.now() + 3_600_000).toISOString(), me: person(token) };
}

function masked({ id, cursor, pupil, class_name, phase, order, changed_at, at_gate, doubt }) {
  return { id, cursor, pupil: `${pupil[0]}*${pupil.length > 2 ? pupil.at(-1) : ""}`, class_name, phase, order, changed_at, at_gate, doubt };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const world = await startFake({ port: Number(process.argv[2] ?? 8090) });
  console.log(world.url);
  for (let n = 0; n < 12; n += 1) world.arrive();
}
