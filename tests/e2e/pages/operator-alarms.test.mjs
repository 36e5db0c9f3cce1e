// Alarms of lanes and of the gateway, against the stand-in: plain words with what to do, marked message shapes, the end of a fire alarm.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { look, NOW, problem, startConsole } from "./fake-console.mjs";
import { garageWithLanes } from "./fake-orders.mjs";

const DESK = { width: 1280, height: 900 };
const SMALL = { width: 360, height: 740 };
const MARK = "POST /garages/school/no-reading-shapes";
const FIRE = "POST /garages/school/fire-ends";
const HAN = /\p{Script=Han}/u;
const SUMMARY = "POST /serial: SerialData{channel,data,dataLen}";

let browser;
let world;
let garage;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  world = await startConsole();
  garage = garageWithLanes(new Date(NOW).toISOString());
  world.garages = [garage];
});
afterEach(() => world.close());

async function open(query = "", options = {}) {
  const page = await newPage(browser, options);
  await look(page, `${world.url}/operator${query}`);
  await page.locator(".lanes li .lane").first().waitFor();
  return page;
}

async function shoot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
}

const dialog = (page) => page.locator("dialog[open]");
const lane = (page, name) => page.locator("li", { has: page.getByRole("button", { name: `开闸：${name}` }) });
const asked = (call) => world.asked.filter((it) => it.call === call);

const LANE_KINDS = {
  not_understood: "消息无法识别", repeated_ids: "编号重复", did_not_open: "道闸未开", unknown_channel: "通道未配置",
  implausible_time: "设备时间错误", device_unreachable: "设备连接不上", fire_at_lane: "本车道报火警", unsteady_state: "状态变化过于频繁",
  other: "其他告警",
};
const GATEWAY_KINDS = { clock_untrusted: "网关时钟不可信", no_fire_input: "未配置消防输入", fire: "火警", other: "其他告警" };

test("each kind of alarm has plain words, since when, and what to do", async () => {
  for (const kind of Object.keys(LANE_KINDS)) world.alarms.raise(garage, "out", kind, { detail: `detail of ${kind}` });
  for (const kind of Object.keys(GATEWAY_KINDS)) world.alarms.raiseAtGateway(garage, kind, { detail: `gateway ${kind}` });
  world.alarms.raise(garage, "in", "not_understood");
  const page = await open("", { viewport: DESK });
  await lane(page, "B1 入口").getByText("道闸没有开。请查看现场是否有车等候").waitFor();
  for (const [kind, words] of Object.entries(LANE_KINDS)) {
    const alarm = lane(page, "B1 出口").locator(".alarm", { hasText: `detail of ${kind}` });
    await alarm.getByText(words, { exact: true }).waitFor();
    await alarm.getByText("自 11月23日 15:00 · 最近 11月23日 15:19 · 共 3 次").waitFor();
  }
  for (const [kind, words] of Object.entries(GATEWAY_KINDS)) {
    await page.locator(".alarm", { hasText: `gateway ${kind}` }).getByText(words, { exact: true }).waitFor();
  }
  await lane(page, "B1 出口").getByText("出口已开闸，以免困住车辆").waitFor();
  const text = await page.locator("#detail").innerText();
  assert.doesNotMatch(text, /\b(alarm|shape|fire|lane|operator|open)\.[a-z_]+/, "a key without words");
  await shoot(page, "alarms-desk");
  assert.deepEqual(page.trouble, []);
});

test("a card shows how many alarms a garage has and which is the worst", async () => {
  world.alarms.raise(garage, "out", "did_not_open");
  world.alarms.raise(garage, "in", "implausible_time");
  const page = await open();
  const card = page.locator(".garage");
  await card.getByText("2 项告警：道闸未开").waitFor();
  assert.ok(await card.locator(".pill.bad", { hasText: "道闸未开" }).count());
  world.alarms.raiseAtGateway(garage, "fire", { only_pulses: true });
  await card.getByText("3 项告警：火警").waitFor();
  garage.waiting_cars = 2;
  await card.getByText("2 辆车在道闸前等候").waitFor();
});

test("a message that is no reading is marked with a reason, after what the mark does has been read", async () => {
  world.alarms.raise(garage, "out", "not_understood");
  const page = await open("", { viewport: SMALL });
  const exit = lane(page, "B1 出口");
  await exit.getByText(SUMMARY).waitFor();
  await exit.getByRole("button", { name: "不是识别结果" }).click();
  await dialog(page).getByText("不再开闸、不再告警，也不计车辆").waitFor();
  await dialog(page).getByRole("button", { name: "标记", exact: true }).click();
  await dialog(page).getByText("请填写理由（至少 2 个字）。").waitFor();
  assert.deepEqual(asked(MARK), []);
  await shoot(page, "mark-dialog");
  await dialog(page).getByLabel("理由").fill("串口心跳");
  await dialog(page).getByRole("button", { name: "标记", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  assert.deepEqual(asked(MARK).map(({ body }) => body), [{ device: "d-out", shape: "0f1e2d3c4b5a6978", summary: SUMMARY, reason: "串口心跳" }]);
  await exit.getByText("已标记，等待网关更新。").waitFor();
  assert.equal(await exit.getByRole("button", { name: "不是识别结果" }).count(), 0);
  const marked = page.locator(".marks");
  await marked.getByText("串口心跳 · 李值班 · 11月23日 15:20").waitFor();
  assert.equal(await overflow(page), 0);
  assert.deepEqual(page.trouble, []);
});

test("a mark is taken back", async () => {
  world.alarms.marks = [{ device: "d-out", shape: "0f1e2d3c4b5a6978", summary: SUMMARY, reason: "串口心跳", operator: "李值班", marked_at: world.alarms.now }];
  const page = await open();
  await page.getByRole("button", { name: `撤回标记：${SUMMARY}` }).click();
  await dialog(page).getByText("出口开闸，车道告警").waitFor();
  await dialog(page).getByRole("button", { name: "撤回", exact: true }).click();
  await page.getByText("没有已标记的消息。").waitFor();
  assert.equal(asked("DELETE /garages/school/no-reading-shapes/d-out/0f1e2d3c4b5a6978").length, 1);
});

test("a message that resembles a reading cannot be marked, and a refusal of the server has words", async () => {
  const alarm = world.alarms.raise(garage, "out", "not_understood", { shape: { resembles_reading: true } });
  const page = await open();
  const exit = lane(page, "B1 出口");
  await exit.getByText("不能标记").waitFor();
  assert.equal(await exit.getByRole("button", { name: "不是识别结果" }).count(), 0);
  alarm.shape.resembles_reading = false;
  for (const [code, words] of [["shape_resembles_reading", "这种消息像识别结果"], ["shape_not_reported", "现在没有车道上报这种消息"]]) {
    world.instead.set(MARK, problem(409, code));
    await exit.getByRole("button", { name: "不是识别结果" }).click();
    await dialog(page).getByLabel("理由").fill("串口心跳");
    await dialog(page).getByRole("button", { name: "标记", exact: true }).click();
    await dialog(page).getByText(words).waitFor();
    await dialog(page).getByLabel("理由").press("Escape");
  }
  assert.deepEqual(world.alarms.marks, []);
});

test("a fire alarm of pulses is ended with a reason, as far as it was seen", async () => {
  const fire = world.alarms.raiseAtGateway(garage, "fire", { last_at: world.alarms.before(10), only_pulses: true });
  const page = await open("", { viewport: SMALL });
  const alarm = page.locator(".alarm", { hasText: "所有道闸都已打开" });
  await alarm.getByText("自 11月23日 15:08 · 最近 11月23日 15:10").waitFor();
  await alarm.getByRole("button", { name: "解除火警" }).click();
  await dialog(page).getByText("请先确认现场没有火情。").waitFor();
  const seen = fire.last_at;
  fire.last_at = world.alarms.before(0);
  await alarm.getByText("最近 11月23日 15:20").waitFor();
  await dialog(page).getByLabel("理由").fill("保安已到现场，误报");
  await shoot(page, "fire-dialog");
  world.instead.set(FIRE, problem(409, "fire_reported_again"));
  await dialog(page).getByRole("button", { name: "确认解除" }).click();
  await dialog(page).getByText("刚刚又收到火警信号").waitFor();
  await dialog(page).getByRole("button", { name: "确认解除" }).click();
  await dialog(page).waitFor({ state: "detached" });
  const bodies = asked(FIRE).map(({ body }) => body);
  assert.deepEqual(bodies, [{ through: seen, reason: "保安已到现场，误报" }, { through: seen, reason: "保安已到现场，误报" }]);
  await alarm.getByText("等待网关接收").waitFor();
  Object.assign(world.orders.all[0], { state: "refused", cause: "fire_again" });
  await alarm.getByText("未解除 · 又收到火警信号").waitFor();
  Object.assign(world.orders.all[0], { state: "fire_ended", cause: null });
  const history = page.locator("li", { hasText: "保安已到现场，误报" });
  await history.getByText("已解除", { exact: true }).waitFor();
  await history.getByText("解除火警", { exact: true }).waitFor();
  await shoot(page, "fire-phone");
  assert.equal(await overflow(page), 0);
});

test("a fire alarm whose input is still on has no button", async () => {
  world.alarms.raiseAtGateway(garage, "fire", { only_pulses: false });
  const page = await open();
  await page.getByText("消防输入仍在报警，输入断开后才会解除。").waitFor();
  assert.equal(await page.getByRole("button", { name: "解除火警" }).count(), 0);
});

test("the inputs that keep a fire alarm are named", async () => {
  world.alarms.raiseAtGateway(garage, "fire", { asserted_by: ["d-in", "panel"] });
  const page = await open();
  await page.getByText("消防输入仍在报警：B1 入口、panel。输入断开后才会解除。").waitFor();
  assert.equal(await page.getByRole("button", { name: "解除火警" }).count(), 0);
});

test("the fire of one lane is ended at that lane", async () => {
  const fire = world.alarms.raise(garage, "out", "fire_at_lane", { last_at: world.alarms.before(10), count: 1 });
  const page = await open("", { viewport: SMALL });
  const alarm = lane(page, "B1 出口").locator(".alarm");
  await alarm.getByText("只打开了这条车道").waitFor();
  await alarm.getByRole("button", { name: "解除火警" }).click();
  await dialog(page).getByText("解除火警：B1 出口").waitFor();
  await dialog(page).getByLabel("理由").fill("现场无火情，摄像机被人动过");
  await dialog(page).getByRole("button", { name: "确认解除" }).click();
  await dialog(page).waitFor({ state: "detached" });
  const bodies = asked(FIRE).map(({ body }) => body);
  assert.deepEqual(bodies, [{ through: fire.last_at, reason: "现场无火情，摄像机被人动过", lane: "out" }]);
  await alarm.getByText("等待网关接收").waitFor();
  const history = page.locator("li", { hasText: "现场无火情，摄像机被人动过" });
  await history.getByText("解除火警：B1 出口", { exact: true }).waitFor();
  assert.equal(await overflow(page), 0);
});

test("a silent gateway keeps its last alarms with their age", async () => {
  world.alarms.raise(garage, "out", "device_unreachable", { count: 1 });
  garage.gateway = { ...garage.gateway, health: "offline", last_seen_at: world.alarms.before(90) };
  const page = await open();
  await lane(page, "B1 出口").getByText("11月23日 15:00，1 次 · 网关 1 小时 前的报告").waitFor();
});

test("a make that this page has never seen is shown by its title", async () => {
  Object.assign(garage.lanes[0], { make: "qianlima-t5", make_title: "千里马 T5", quirks: ["gbk_text", "wrong_type", "other"] });
  Object.assign(garage.lanes[1], { make: "frigate", make_title: null });
  const page = await open();
  await lane(page, "B1 入口").getByText("千里马 T5 · 1.2.3 · 固件特点：文字为 GBK 编码、字段类型与文档不符、其他特点").waitFor();
  await lane(page, "B1 出口").getByText("frigate").waitFor();
  await lane(page, "消防通道侧门入口").getByText("本系统控制器").waitFor();
});

test("a car before a barrier that did not open is shown with what to do", async () => {
  world.orders.wait({ reason: "did_not_open", plate: "鲁B66666", confidence: 99, candidates: [] });
  world.orders.wait({ lane: "side", reason: "suspected_fake", plate: "鲁B77777", confidence: 99, candidates: [] });
  const page = await open("", { viewport: SMALL });
  await lane(page, "B1 入口").getByText("识别为 鲁B66666（可信度 99%） · 道闸未开").waitFor();
  await lane(page, "B1 入口").getByText("请再开一次；仍不抬杆，请到车道手动抬杆").waitFor();
  await lane(page, "消防通道侧门入口").getByText("摄像机怀疑是假车牌").waitFor();
  await page.getByRole("button", { name: "开闸：消防通道侧门入口" }).click();
  assert.equal(await dialog(page).getByLabel("车牌").inputValue(), "", "a plate in doubt is not proposed");
});

test("every word of the wire has words in both languages, in the lists of passages and bad messages", async () => {
  const open_ = (because) => ({ outcome: "open", audience: null, because });
  const kinds = ["plate", "pass", "reversal", "tailgate", "stuck", "free", "fire", "fire_over", "not_understood", "opened", "not_opened"];
  const reasons = ["suspected_fake", "did_not_open", "drives_away", "clock_untrusted", "plan_too_old", "other"];
  const becauses = ["not_understood", "clock_untrusted", "held_open", "other"];
  const decisions = [...reasons.map((reason) => ({ outcome: "refuse", reason })), ...becauses.map(open_)];
  const row = { lane: "in", direction: "in", plate: null, confidence: 0, occurred_at: NOW, received_at: NOW, stored_at: NOW, offline: false };
  const events = [...kinds.map((kind) => ({ ...row, kind, decision: null })), ...decisions.map((decision) => ({ ...row, kind: "plate", decision }))];
  const colors = ["blue", "yellow", "white", "black", "green", "yellow_green", "other"];
  const classes = ["small", "medium", "large", "motorcycle", "other"];
  const reading = { ...row, kind: "plate", plate: "鲁B12345", confidence: 97, decision: open_("other") };
  events.push(...colors.map((plate_color, i) => ({ ...reading, plate: `B${i}`, vehicle: { plate_color, class: classes[i % classes.length] } })));
  events.push({ ...reading, plate: "B9", vehicle: { is_suspect: true }, rereads: true, time_replaced: true, time_uncertain: true });
  const codes = ["too_large", "not_json", "field", "impossible_time", "impossible_plate", "unknown_device", "unknown_topic", "unsupported_version", "wrong_address", "not_understood"];
  const letters = codes.map((code) => ({ device: "d-in", code, detail: "detail", excerpt: "excerpt", received_at: NOW }));
  for (const [language, tabs] of [["zh", ["通行记录", "异常消息"]], ["en", ["Passages", "Rejected messages"]]]) {
    world.instead.set("GET /garages/school/events", [200, { items: events, next: null }]);
    world.instead.set("GET /garages/school/dead-letters", [200, { items: letters, next: null }]);
    const page = await open(`?lang=${language}`, { viewport: DESK });
    for (const [tab, rows] of [[tabs[0], events.length], [tabs[1], letters.length]]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.locator("tbody tr").nth(rows - 1).waitFor();
      const text = await page.locator("tbody").innerText();
      assert.doesNotMatch(text, /(operator|event)\./, `${language} ${tab}`);
      if (language === "en") assert.doesNotMatch(text.replaceAll("11月", ""), HAN, tab);
    }
  }
});

test("plates and lanes are readable in the list of passages on a small phone", async () => {
  const event = { lane: "b1-in-2", direction: "in", kind: "plate", plate: "鲁BF12345", confidence: 97, decision: { outcome: "open", audience: null, because: "other" }, occurred_at: NOW, received_at: NOW, stored_at: NOW, offline: false, vehicle: { plate_color: "green", class: "small" }, rereads: true, time_replaced: true };
  for (const [language, tab] of [["zh", "通行记录"], ["en", "Passages"]]) {
    world.instead.set("GET /garages/school/events", [200, { items: [event], next: null }]);
    const page = await open(`?lang=${language}`, { viewport: SMALL });
    await page.getByRole("tab", { name: tab }).click();
    for (const text of ["b1-in-2", "鲁BF12345"]) {
      const cell = page.locator("tbody td", { hasText: text }).first();
      const lines = await cell.evaluate((td) => {
        const range = document.createRange();
        range.selectNodeContents(td);
        return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
      });
      assert.equal(lines, 1, `${language}: ${text} stands on ${lines} lines`);
    }
    assert.equal(await overflow(page), 0, language);
    await shoot(page, `passages-${language}`);
  }
});

test("every alarm and every peculiarity of a device has English words", async () => {
  for (const kind of Object.keys(LANE_KINDS)) {
    world.alarms.raise(garage, "in", kind);
    world.alarms.raise(garage, "out", kind);
  }
  for (const kind of Object.keys(GATEWAY_KINDS)) world.alarms.raiseAtGateway(garage, kind, { last_at: world.alarms.before(1) });
  garage.lanes[0].quirks = ["old_topics", "leading_nul", "colour_in_plate", "no_time", "implausible_time", "gbk_text", "byte_order_mark", "control_characters", "wrong_type", "repeated_ids", "other"];
  const page = await open("?lang=en", { viewport: DESK });
  await page.locator(".alarm").nth(21).waitFor();
  const texts = await page.locator(".alarm, .lane .soft").allInnerTexts();
  assert.doesNotMatch(texts.join(" "), HAN);
  assert.doesNotMatch(texts.join(" "), /\b(alarm|lane)\.[a-z_]+/);
});

test("alarms fit a small phone in either language", async () => {
  world.alarms.raise(garage, "out", "not_understood", { shape: { summary: `POST /NotificationInfo/TollgateInfo: ${"Picture.Plate.".repeat(10)}PlateNumber` }, detail: "Picture.Plate.PlateNumber: a number where a text was expected ".repeat(3) });
  world.alarms.raise(garage, "in", "did_not_open");
  world.alarms.raiseAtGateway(garage, "fire", { last_at: world.alarms.before(10), only_pulses: true });
  world.alarms.raiseAtGateway(garage, "clock_untrusted");
  world.alarms.marks = [{ device: "d-out", shape: "a", summary: `GET /heartbeat: ${"field_of_a_long_name,".repeat(8)}`, reason: "心跳", operator: "李值班", marked_at: world.alarms.now }];
  for (const language of ["zh", "en"]) {
    const page = await open(`?lang=${language}`, { viewport: SMALL });
    await page.locator(".alarm").nth(3).waitFor();
    assert.equal(await overflow(page), 0, language);
    await shoot(page, `alarms-${language}`);
    await page.locator('[data-act^="mark"]').click();
    await dialog(page).waitFor();
    assert.equal(await overflow(page), 0, `${language}, dialog`);
    await shoot(page, `mark-${language}`);
  }
});
