// Opening a barrier from afar, against the stand-in: the form with its reason, what becomes of the order, and doubts that are told first.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { look, NOW, problem, startConsole } from "./fake-console.mjs";
import { garageWithLanes } from "./fake-orders.mjs";

const DESK = { width: 1280, height: 800 };
const SMALL = { width: 360, height: 740 };
const POST = "POST /garages/school/open-orders";

let browser;
let world;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  world = await startConsole();
  world.garages = [garageWithLanes(new Date(NOW).toISOString())];
});
afterEach(() => world.close());

async function open(query = "", options = {}) {
  const page = await newPage(browser, options);
  await look(page, `${world.url}/operator${query}`);
  await page.locator(".lanes li").first().waitFor();
  return page;
}

const dialog = (page) => page.locator("dialog[open]");
const posted = () => world.asked.filter(({ call }) => call === POST);
const lane = (page, name) => page.locator(".lanes").first().locator("li", { hasText: name });

async function order(page, name, reason) {
  await page.getByRole("button", { name: `开闸：${name}` }).click();
  if (reason) await dialog(page).getByLabel("理由").fill(reason);
  await dialog(page).getByRole("button", { name: "开闸", exact: true }).click();
}

test("a lane is opened with a reason, and its way is followed to the barrier", async () => {
  const page = await open("", { viewport: DESK });
  await order(page, "B1 入口", "访客车辆，已电话核对");
  await lane(page, "B1 入口").getByText("等待网关接收…").waitFor();
  assert.deepEqual(posted().map(({ body }) => body), [{ lane: "in", reason: "访客车辆，已电话核对" }]);
  world.orders.all[0].state = "taken";
  await lane(page, "B1 入口").getByText("网关已收到，正在开闸…").waitFor();
  world.orders.all[0].state = "opened";
  await lane(page, "B1 入口").getByText("已下发开闸。").waitFor();
  const history = page.locator(".lanes").last();
  await history.getByText("访客车辆，已电话核对").waitFor();
  await history.getByText("李值班").waitFor();
  assert.equal(await lane(page, "B1 出口").locator(".note").count(), 0);
  assert.deepEqual(page.trouble, []);
});

test("who waits is seen, and an expected car is let in under the plate that a person names", async () => {
  world.orders.wait();
  const page = await open("", { viewport: DESK });
  const entry = lane(page, "B1 入口");
  await entry.getByText("15:20:00 起有车等候").waitFor();
  await entry.getByText("识别为 鲁B1234S（可信度 61%） · 可信度低").waitFor();
  await entry.getByRole("button", { name: "是 鲁B1234B · 社会车辆 · 预约 15:20" }).waitFor();
  await entry.getByRole("button", { name: "是 鲁B12345 · 接送学生" }).click();
  await dialog(page).getByLabel("理由").fill("看过车牌");
  assert.equal(await dialog(page).getByLabel("车牌").inputValue(), "鲁B12345");
  await dialog(page).getByRole("button", { name: "开闸", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  assert.deepEqual(posted().map(({ body }) => body), [{ lane: "in", reason: "看过车牌", plate: "鲁B12345" }]);
  await page.locator(".lanes").last().getByText("鲁B12345").waitFor();
  await entry.getByText("有车等候").waitFor({ state: "detached" });
  assert.deepEqual(page.trouble, []);
});

test("a reading in doubt is not proposed, one without a doubt is, and a plate that is none is said at its field", async () => {
  world.orders.wait({ candidates: [] });
  world.orders.wait({ lane: "side", plate: "鲁B66666", confidence: 99, reason: "unknown_plate", candidates: [] });
  const page = await open();
  const proposed = async (name) => {
    await page.getByRole("button", { name: `开闸：${name}` }).click();
    return dialog(page).getByLabel("车牌").inputValue();
  };
  await lane(page, "消防通道侧门入口").getByText("车牌未登记").waitFor();
  assert.equal(await proposed("B1 入口"), "");
  await dialog(page).getByLabel("理由").press("Escape");
  assert.equal(await proposed("消防通道侧门入口"), "鲁B66666");
  world.instead.set(POST, problem(422, "invalid_plate", { field: "plate" }));
  await dialog(page).getByLabel("理由").fill("访客");
  await dialog(page).getByRole("button", { name: "开闸", exact: true }).click();
  await dialog(page).locator(".field-error", { hasText: "车牌号不正确" }).waitFor();
});

test("a driver who scanned the code at the lane is told apart from operators", async () => {
  world.orders.order({ operator: null, reason: "车主扫码入场", plate: "鲁B12345", state: "opened" });
  const page = await open("?lang=en");
  const history = page.locator(".lanes").last();
  await history.getByText("Scanned the lane's QR code and chose a plate").waitFor();
  await history.getByText("the driver", { exact: true }).waitFor();
});

test("without a reason nothing is ordered", async () => {
  const page = await open();
  await order(page, "B1 出口", null);
  await dialog(page).getByText("请填写理由（至少 2 个字）。").waitFor();
  await dialog(page).getByLabel("理由").press("Escape");
  assert.deepEqual(posted(), []);
});

test("an answer that got lost is asked for again under the same key", async () => {
  const page = await open();
  let lost = 0;
  await page.route("**/open-orders", async (route) => {
    if (route.request().method() !== "POST" || lost > 0) return route.fallback();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await order(page, "B1 入口", "核对完毕");
  await dialog(page).getByText("网络不通").waitFor();
  await dialog(page).getByRole("button", { name: "开闸", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  const [first, second] = posted();
  assert.equal(first.headers["idempotency-key"], second.headers["idempotency-key"]);
  assert.equal(world.orders.all.length, 1);
});

test("what did not work says why", async () => {
  const causes = [["expired", null, "未及时送达"], ["unknown", null, "没有回复"], ["refused", "only_answers", "不能远程开闸"], ["refused", "device_failed", "设备没有确认"], ["opened", "device_silent", "但设备离线"]];
  const page = await open();
  for (const [state, cause, words] of causes) {
    world.orders.order({ state, cause });
    await lane(page, "B1 入口").getByText(words).waitFor();
  }
  world.instead.set(POST, problem(409, "order_waiting"));
  await order(page, "B1 入口", "再开一次");
  await dialog(page).getByText("这条车道已有开闸指令在等待。").waitFor();
});

test("a silent gateway is told before one tries", async () => {
  const [garage] = world.garages;
  garage.gateway = { ...garage.gateway, health: "offline", last_seen_at: new Date(Date.parse(NOW) - 45_000).toISOString() };
  const page = await open();
  await page.locator("#detail").getByText("网关已离线 45 秒").waitFor();
  await page.getByRole("button", { name: "开闸：消防通道侧门入口" }).click();
  await dialog(page).getByText("远程开闸可能无效").waitFor();
  await dialog(page).getByText("这条车道的设备离线").waitFor();
});

test("a car that stands in a lane is said at the garage and at the lane", async () => {
  world.garages[0].lanes[1].stuck_since = new Date(Date.parse(NOW) - 180_000).toISOString();
  const page = await open("", { viewport: SMALL });
  await page.locator(".garage").getByText("1 条车道有车滞留").waitFor();
  await lane(page, "B1 出口").getByText("有车滞留，自 11月23日 15:17").waitFor();
  assert.equal(await overflow(page), 0);
});

test("a barrier that is held open is said at the garage and at the lane", async () => {
  world.garages[0].lanes[0].held_open_since = new Date(Date.parse(NOW) - 180_000).toISOString();
  const page = await open("", { viewport: SMALL });
  await page.locator(".garage").getByText("1 条车道道闸常开").waitFor();
  await lane(page, "B1 入口").getByText("道闸常开，自 11月23日 15:17").waitFor();
  assert.equal(await overflow(page), 0);
});

test("a lane says whose device it has, what is peculiar about it, and that its clock is wrong", async () => {
  Object.assign(world.garages[0].lanes[0], { make: "zhenshi-mqtt", make_title: "臻识 MQTT", quirks: ["old_topics", "leading_nul"], clock_ahead_ms: -90_000 });
  const page = await open("", { viewport: SMALL });
  await lane(page, "B1 入口").getByText("设备时钟慢 1 分钟").waitFor();
  await lane(page, "B1 入口").getByText("臻识 MQTT · 1.2.3 · 固件特点：旧版主题、报文前有空字节").waitFor();
  assert.equal(await overflow(page), 0);
});

test("the keyboard's focus stays at a lane while its news come in", async () => {
  const page = await open("", { viewport: DESK });
  const button = page.getByRole("button", { name: "开闸：B1 入口" });
  await button.focus();
  world.orders.order({ state: "opened" });
  await lane(page, "B1 入口").getByText("已下发开闸。").waitFor();
  assert.equal(await button.evaluate((it) => it === document.activeElement), true);
});

test("nothing sticks out on a small phone, in either language", async () => {
  world.orders.wait();
  world.orders.wait({ lane: "side", plate: null, confidence: 0, reason: "unread_plate", candidates: [] });
  world.orders.order({ operator: null, plate: "鲁BD12345", lane: "out", state: "opened" });
  world.orders.order({ state: "refused", cause: "device_failed" });
  world.orders.order({ lane: "out", state: "opened" });
  for (const language of ["zh", "en"]) {
    const page = await open(`?lang=${language}`, { viewport: SMALL });
    await page.locator(".lanes .note").first().waitFor();
    assert.equal(await overflow(page), 0, language);
    await page.locator('[data-act="open"]').first().click();
    await dialog(page).waitFor();
    assert.equal(await overflow(page), 0, `${language}, dialog`);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/dialog-${language}.png` });
    await dialog(page).getByRole("button").first().click();
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/phone-${language}.png`, fullPage: true });
  }
});
