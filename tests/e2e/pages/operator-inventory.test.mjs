// The walk through the garage, against the stand-in: cars are noted, what would change is shown, it is written down once.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { look, NOW, problem, startConsole } from "./fake-console.mjs";
import { garageWithLanes } from "./fake-orders.mjs";

const DESK = { width: 1280, height: 800 };
const SMALL = { width: 360, height: 740 };
const PREVIEW = "POST /garages/school/inventories/preview";
const WRITE = "POST /garages/school/inventories";
const NOW_Z = new Date(NOW).toISOString();
const TRUST = { level: "medium", doubts: ["check_old"], checked_at: "2026-11-10T08:00:00Z", known_until: NOW_Z };

let browser;
let world;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  world = await startConsole();
  world.garages = [{ ...garageWithLanes(NOW_Z), trust: TRUST }];
  world.preview = { before: 12, after: 11, matched: 9, opened: ["鲁B99999"], named: [], ghosts: [{ plate: "鲁B10002", entered_at: NOW_Z }, { plate: null, entered_at: NOW_Z }], left: [] };
});
afterEach(() => world.close());

async function open(options) {
  const page = await newPage(browser, options);
  await look(page, `${world.url}/operator`);
  await page.getByRole("tab", { name: "盘点" }).click();
  return page;
}

test("cars are noted with a phone, the change is seen and written down with a reason", async () => {
  const page = await open({ viewport: SMALL });
  await page.getByText("还没有盘点过。").waitFor();
  await page.getByText("计数可信度 中").waitFor();
  await page.getByRole("button", { name: "开始盘点" }).click();
  await page.getByLabel("车牌", { exact: true }).fill("鲁B99999");
  await page.getByLabel("车位号（选填）").fill("B1-017");
  await page.getByRole("button", { name: "记下" }).click();
  assert.equal(await page.getByLabel("已看到的车").inputValue(), "鲁B99999 B1-017\n");
  await page.getByRole("button", { name: "预览变化" }).click();
  await page.getByText("在场 12 → 11").waitFor();
  await page.getByText("鲁B10002、未识别车辆").waitFor();
  assert.equal(await overflow(page), 0);
  await page.getByLabel("理由").fill("夜间盘点");
  await page.getByRole("button", { name: "确认盘点" }).click();
  await page.getByText("看到 1 辆").waitFor();
  const sent = world.asked.filter(({ call }) => call === WRITE);
  assert.equal(sent.length, 1);
  assert.equal(sent[0].body.seen, "鲁B99999 B1-017\n");
  assert.equal(sent[0].body.reason, "夜间盘点");
});

test("an unfinished walk outlives a reload, and a gateway that is behind is said", async () => {
  const page = await open({ viewport: DESK });
  await page.getByRole("button", { name: "开始盘点" }).click();
  await page.getByLabel("已看到的车").fill("鲁B99999");
  await page.reload();
  await page.getByRole("tab", { name: "盘点" }).click();
  assert.equal(await page.getByLabel("已看到的车").inputValue(), "鲁B99999");
  world.instead.set(PREVIEW, problem(409, "gateway_behind"));
  await page.getByRole("button", { name: "预览变化" }).click();
  await page.getByText("网关还没有上传完期间的进出记录").waitFor();
});
