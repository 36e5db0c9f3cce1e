// Cars at the gate and cars that were read twice, on the boards of teacher, hall and parent, at chosen moments.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { golden } from "./answer.mjs";
import { launch, newPage, overflow, test } from "./browser.mjs";
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

async function open(path, token, options) {
  const page = await newPage(browser, options);
  await page.goto(`${world.url}${path}#token=${token}`);
  return page;
}

async function shot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
}

test("a car at the gate says so until it is in", async () => {
  const arrival = world.arrive({ pupil: "王小明", at_gate: true });
  const page = await open("/teacher", "token-t1");
  const card = page.locator(`[data-id="${arrival.id}"]`);
  await card.getByText("在门口").waitFor();
  await card.getByRole("button", { name: /放行/ }).click();
  await page.getByText("车在门口，还没有进入车库。").waitFor();
  await page.getByRole("button", { name: "先不放行" }).click();
  await shot(page, "teacher-at-gate");
  world.put({ ...arrival, at_gate: undefined });
  await card.getByText("等候中").waitFor();
  assert.equal(await card.getByRole("button", { name: /不在/ }).count(), 0);
  assert.deepEqual(page.trouble, []);
});

test("a reading that does not stand suggests no hand-over and can be taken off", async () => {
  const arrival = world.arrive({ pupil: "李梓涵", doubt: "read_again" });
  world.arrive({ pupil: "张欣怡", doubt: "two_readings" });
  world.arrive({ pupil: "刘浩然", doubt: "several_vehicles" });
  const page = await open("/teacher", "token-t1", { viewport: { width: 360, height: 740 } });
  const card = page.locator(`[data-id="${arrival.id}"]`);
  await card.getByText(/被再次识别为其他车牌，请查看/).waitFor();
  assert.equal(await card.locator("button.main").getAttribute("data-act"), "not_here");
  assert.equal(await overflow(page), 0);
  await shot(page, "teacher-doubts");
  await card.getByRole("button", { name: /放行/ }).click();
  await page.getByRole("button", { name: "仍要放行" }).waitFor();
  await page.getByRole("button", { name: "先不放行" }).click();
  await card.getByRole("button", { name: /不在/ }).click();
  await page.locator(`#recent [data-id="${arrival.id}"][data-phase="rejected"]`).waitFor();
  assert.deepEqual(page.trouble, []);
});

test("two children of one car are asked for at release and at hand-over", async () => {
  const arrival = world.arrive({ pupil: "张欣怡", doubt: "two_readings" });
  const page = await open("/teacher", "token-t1");
  const card = page.locator(`[data-id="${arrival.id}"]`);
  await card.getByRole("button", { name: /放行/ }).click();
  await page.getByRole("button", { name: "仍要放行" }).click();
  await card.getByRole("button", { name: /交接/ }).click();
  await page.getByRole("button", { name: "已核对，交接" }).click();
  await page.locator(`#recent [data-id="${arrival.id}"][data-phase="handed_over"]`).waitFor();
});

test("the hall shows who is at the gate and calls nobody by a reading that does not stand", async () => {
  world.arrive({ pupil: "王小明", at_gate: true });
  world.arrive({ pupil: "李梓涵", doubt: "read_again" });
  const page = await open("/hall", "token-h1", { viewport: { width: 1920, height: 1080 } });
  await page.getByText(/在门口/).waitFor();
  assert.deepEqual(await page.locator("#waiting .pupil").allTextContents(), ["王*明"]);
  await shot(page, "hall");
  assert.deepEqual(page.trouble, []);
});

test("a parent sees the car at the gate, and may report by hand after a misreading", async () => {
  const at = new Date().toISOString();
  const arrival = golden("child_arrival", { phase: "waiting", order: 1, arrived_at: at, changed_at: at, plate: "鲁B12345" });
  const [first, second] = world.children;
  first.arrival = { ...arrival, at_gate: true };
  second.arrival = { ...arrival, doubt: "read_again" };
  const page = await open("/parent", "token-g1");
  await page.getByText("您的车在门口").waitFor();
  await page.getByText("您的车牌可能被误读").waitFor();
  assert.equal(await page.locator(`[data-pupil="${first.pupil_id}"] [data-act="here"]`).count(), 0);
  assert.equal(await page.locator(`[data-pupil="${second.pupil_id}"] [data-act="here"]`).count(), 1);
  await shot(page, "parent");
  assert.deepEqual(page.trouble, []);
});
