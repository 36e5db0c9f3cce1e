// What the real API cannot be asked for at a chosen moment: losing the connection and getting it back.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, test } from "./browser.mjs";
import { startFake } from "./fake-api.mjs";

let browser;
let world;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  world = await startFake();
});
afterEach(() => world.close());

const connection = (page, phase) => page.locator(`#connection[data-phase="${phase}"]`).waitFor();
const pupils = (page) => page.locator("#open .pupil").allTextContents();

async function teacher() {
  const page = await newPage(browser);
  await page.goto(`${world.url}/teacher#token=token-t1`);
  await connection(page, "live");
  return page;
}

test("an empty day says so", async () => {
  const page = await teacher();
  await page.getByText("还没有家长到达").waitFor();
  assert.deepEqual(page.trouble, []);
});

test("an outage is said plainly, and after it nothing is missing or twice", async () => {
  const [first, second] = [world.arrive({ pupil: "甲" }), world.arrive({ pupil: "乙" })];
  const page = await teacher();
  world.down = true;
  world.dropSockets();
  await page.locator("#connection").filter({ hasText: /离线（.*前的数据）/ }).waitFor();
  await page.getByText("放行前请当面核对").waitFor();
  world.arrive({ pupil: "丙" });
  world.put({ ...second, phase: "released" });
  world.down = false;
  await connection(page, "live");
  await page.locator("#open .pupil", { hasText: "丙" }).waitFor();
  assert.deepEqual(await pupils(page), ["甲", "乙", "丙"]);
  assert.equal(await page.locator(`[data-id="${second.id}"]`).getAttribute("data-phase"), "released");
  assert.equal(await page.locator(`[data-id="${first.id}"]`).count(), 1);
});

test("a dropped socket resumes after the last cursor instead of reading the day again", async () => {
  world.arrive({ pupil: "甲" });
  const page = await teacher();
  const asked = page.waitForRequest(/arrivals\?after=\d+$/);
  world.dropSockets();
  await asked;
  world.arrive({ pupil: "乙" });
  await page.locator("#open .pupil", { hasText: "乙" }).waitFor();
  assert.deepEqual(await pupils(page), ["甲", "乙"]);
});

test("a frame that comes twice shows once, and an older one changes nothing", async () => {
  const arrival = world.arrive({ pupil: "甲" });
  const page = await teacher();
  const released = world.put({ ...arrival, phase: "released" });
  await page.locator('[data-phase="released"]').waitFor();
  for (const { send } of world.sockets) {
    send({ type: "arrival", ...arrival, cursor: released.cursor - 1, phase: "waiting" });
    send({ type: "arrival", ...released });
  }
  world.arrive({ pupil: "乙" });
  await page.locator("#open .pupil", { hasText: "乙" }).waitFor();
  assert.deepEqual(await pupils(page), ["甲", "乙"]);
  assert.equal(await page.locator(`[data-id="${arrival.id}"]`).getAttribute("data-phase"), "released");
});

test("a stale screen is refreshed instead of acting on what it did not show", async () => {
  const arrival = world.arrive({ pupil: "甲" });
  const page = await teacher();
  // Changed behind the page's back: no frame tells.
  world.arrivals.set(arrival.id, { ...arrival, phase: "released", cursor: ++world.cursor });
  await page.getByRole("button", { name: "放行：甲" }).click();
  await page.getByText("这条记录刚刚有变化").waitFor();
  await page.getByRole("button", { name: "交接：甲" }).waitFor();
});

test("a warning is asked about before the release", async () => {
  world.arrive({ pupil: "甲", note: "already_handed_over" });
  const page = await teacher();
  await page.getByRole("button", { name: "放行：甲" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "先不放行" }).click();
  assert.equal(await page.locator(".arrival.waiting").count(), 1);
  assert.equal(world.requests.filter((request) => request.endsWith("/acts")).length, 0);
});

test("a session that ended leads to the log-in note, another's class to a refusal", async () => {
  const page = await teacher();
  world.dropSockets(4401);
  await page.getByRole("heading", { name: "请先登录" }).waitFor();
  const refused = await teacher();
  world.dropSockets(4403);
  await refused.getByText("这不是您任教的班级。").waitFor();
});

test("the hall turns its pages and brings a released child at once", async () => {
  const all = Array.from({ length: 40 }, () => world.arrive());
  const page = await newPage(browser, { viewport: { width: 1920, height: 1080 } });
  await page.goto(`${world.url}/hall#token=token-h1`);
  await connection(page, "live");
  await page.locator("#waiting .pages", { hasText: "2 /" }).waitFor();
  world.put({ ...all[35], phase: "released" });
  await page.locator(`#released [data-id="${all[35].id}"].fresh`).waitFor();
});
