// The operators' day against the stand-in, at a quarter past three: what they see and do, with a mouse, a finger, or only keys.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { at, look, problem, startConsole } from "./fake-console.mjs";

const DESK = { width: 1280, height: 800 };
const RESERVATIONS = "/garages/school/reservations";

let browser;
let world;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  world = await startConsole();
});
afterEach(() => world.close());

async function open(query = "", options = {}) {
  const page = await newPage(browser, options);
  await look(page, `${world.url}/operator/day${query}`);
  return page;
}

async function opened(query, options) {
  const page = await open(query, options);
  await page.locator("#charts svg").first().waitFor();
  return page;
}

const bar = (page, stay) => page.locator(`[data-reservation="${stay.id}"]`);
const dialog = (page) => page.locator("dialog[open]");
const posted = (call) => world.asked.filter((asked) => asked.call === call);

test("a day is drawn: what is taken, what is kept, the count, the present, and each stay as a bar", async () => {
  const stay = world.stay({ starts_at: at("14:00"), ends_at: at("17:00"), state: "checked_in", space: "A-7" });
  world.stay({ plate: "鲁B23456", audience: "resident", starts_at: at("18:00"), ends_at: at("23:00") });
  world.occupied = [{ at: at("00:00"), occupied: 3 }, { at: at("14:00"), occupied: 4 }];
  const page = await opened("", { viewport: DESK });
  const chart = page.locator("#charts svg");
  for (const part of [".public .area", ".resident .area", ".kept .area", ".counted.under", ".capacity", ".now"]) assert.ok((await chart.locator(part).count()) > 0, part);
  assert.equal(await page.locator("[data-reservation]").count(), 2);
  assert.equal(await bar(page, stay).getAttribute("aria-label"), "鲁B12345，在场，社会车辆，11月23日 14:00–17:00，车位 A-7");
  assert.equal(await page.locator("#said").textContent(), "15:20 社会车辆 1 个，余 39 个，在场 4 辆");
  assert.deepEqual(page.trouble, []);
});

test("a moment is read out while one moves along the day", async () => {
  world.stay({ starts_at: at("18:00"), ends_at: at("20:00") });
  const page = await opened();
  await page.locator("#moment").fill(String(16 * 60));
  assert.equal(await page.locator("#said").textContent(), "16:00 没有占用，为接送保留 10 个，余 30 个");
  await page.locator("#moment").fill(String(18 * 60));
  assert.equal(await page.locator("#said").textContent(), "18:00 社会车辆 1 个，余 39 个");
  assert.equal(await page.locator("#moment").getAttribute("aria-valuetext"), "18:00");
});

test("an empty day and a day without data say so, in both languages, on a phone", async () => {
  for (const [lang, empty, count] of [["zh", "这一天没有预约。", "在场数暂无数据"], ["en", "No reservations on this day.", "cars inside: no data"]]) {
    const page = await opened(`?lang=${lang}`);
    await page.getByText(empty).waitFor();
    assert.match(await page.locator("#said").textContent(), new RegExp(count));
    assert.equal(await overflow(page), 0);
  }
});

test("a full day fits a phone, and its many rows are shown when asked for", async () => {
  for (let n = 0; n < 45; n += 1) world.stay({ plate: `鲁B${20000 + n}`, starts_at: at("15:00"), ends_at: at("19:00"), state: "checked_in" });
  world.clearing.cars = world.stays.slice(0, 14);
  const page = await opened("?lang=en");
  assert.equal(await page.locator("[data-reservation]").count(), 30);
  assert.equal(await overflow(page), 0);
  await page.getByRole("button", { name: "Show all (45 rows)" }).click();
  assert.equal(await page.locator("[data-reservation]").count(), 45);
  await page.getByText("4 more").click();
  assert.equal(await page.locator("#clearing li:visible").count(), 14);
  assert.match(await page.locator("#said").textContent(), /5 over/);
  assert.equal(await overflow(page), 0);
});

test("a car that has left ends its bar, and what is to come is not hidden below what is over", async () => {
  const left = world.stay({ starts_at: at("08:00"), ends_at: at("22:00"), state: "completed", state_since: at("09:30") });
  for (let n = 0; n < 40; n += 1) world.stay({ plate: `鲁B${20000 + n}`, starts_at: at("14:00"), ends_at: at("19:00"), state: "no_show" });
  const inside = world.stay({ plate: "鲁B55555", starts_at: at("14:30"), ends_at: at("19:00"), state: "checked_in" });
  const page = await opened();
  assert.match(await bar(page, left).getAttribute("aria-label"), /已离场.*08:00–09:30/);
  const box = async (stay) => bar(page, stay).locator(".area").boundingBox();
  assert.ok((await box(left)).width * 3 < (await box(inside)).width);
  const middle = ({ y, height }) => Math.round(y + height / 2);
  assert.equal(middle(await box(inside)), middle(await box(left)));
});

test("whoever must leave is listed, those first who should be gone, also where the list does not know them", async () => {
  const soon = world.stay({ plate: "鲁B11111", starts_at: at("14:00"), ends_at: at("15:30"), state: "checked_in" });
  world.stay({ plate: "鲁B22222", starts_at: at("12:00"), ends_at: at("15:00"), state: "overstayed" });
  Object.assign(world.clearing, { missing: 1, cars: [soon] });
  const page = await opened();
  const lines = page.locator("#cars li");
  assert.match(await lines.nth(0).innerText(), /鲁B22222[\s\S]*已超 20 分钟/);
  assert.match(await lines.nth(1).innerText(), /鲁B11111[\s\S]*还剩 10 分钟/);
  await page.getByText("15:40 接送开始前应离场的车（2 辆）").waitFor();
  await page.getByText("还缺 1 个").waitFor();
  await page.getByRole("button", { name: "查看 鲁B22222" }).click();
  await dialog(page).getByText("已超时，请联系车主").waitFor();
  assert.equal(await dialog(page).getByRole("button").count(), 1);
});

test("nobody to call is said, and a garage without pickup speaks of none", async () => {
  const page = await opened("?garage=mall");
  await page.getByText("现在应离场的车（0 辆）").waitFor();
  await page.getByText("没有车需要催离").waitFor();
});

test("a reservation is cancelled after a question", async () => {
  const stay = world.stay();
  const page = await opened();
  await bar(page, stay).click();
  await dialog(page).getByRole("button", { name: "取消预约" }).click();
  await page.getByText("请先通知车主").waitFor();
  await dialog(page).last().getByRole("button", { name: "取消预约" }).click();
  await page.getByText("已取消", { exact: true }).last().waitFor();
  await bar(page, stay).waitFor({ state: "detached" });
  await page.getByLabel("显示已取消的").check();
  await bar(page, stay).waitFor();
  assert.deepEqual(posted(`POST ${RESERVATIONS}/${stay.id}/acts`)[0].body, { act: "cancel" });
});

test("a held one is confirmed, a car inside stays longer, one over its time cannot", async () => {
  const held = world.stay({ state: "held", expires_at: at("15:30") });
  const inside = world.stay({ plate: "鲁B11111", starts_at: at("14:00"), ends_at: at("16:00"), state: "checked_in" });
  const page = await opened();
  await bar(page, held).click();
  await dialog(page).getByRole("button", { name: "确认", exact: true }).click();
  await page.locator(`.bar-of.confirmed[data-reservation="${held.id}"]`).waitFor();
  await bar(page, inside).click();
  assert.equal(await dialog(page).getByRole("button", { name: "取消预约" }).count(), 0);
  await dialog(page).getByRole("button", { name: "延长 30 分钟" }).click();
  await page.getByText("已延长 30 分钟").waitFor();
  assert.equal(inside.ends_at, at("16:30"));
});

test("only what was changed is sent, and an end before the start is said at its field", async () => {
  const stay = world.stay();
  const page = await opened();
  await bar(page, stay).click();
  await dialog(page).getByRole("button", { name: "修改" }).click();
  await page.getByLabel("到几点").fill("17:00");
  await page.getByRole("button", { name: "保存" }).click();
  const until = page.locator('dialog [name="until"]');
  assert.equal(await until.getAttribute("aria-invalid"), "true");
  assert.ok(await until.evaluate((input) => input === document.activeElement));
  await until.fill("21:15");
  assert.equal(await until.getAttribute("aria-invalid"), null);
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存").waitFor();
  const [{ body, headers }] = posted(`PATCH ${RESERVATIONS}/${stay.id}`);
  assert.deepEqual(body, { ends_at: at("21:15") });
  assert.equal(headers["if-match"], `"${at("09:00")}"`);
});

test("when somebody else was quicker the new state is shown, not the old one acted on", async () => {
  const stay = world.stay();
  const page = await opened();
  await bar(page, stay).click();
  Object.assign(stay, { state: "checked_in", changed_at: at("15:19") });
  await dialog(page).getByRole("button", { name: "延长 30 分钟" }).click();
  await page.getByText("这个预约刚刚有变化，已为您刷新。").waitFor();
  await page.locator(`.bar-of.checked_in[data-reservation="${stay.id}"]`).waitFor();
  assert.equal(await dialog(page).count(), 0);
});

test("a car is reserved for at the counter; faults are said at their fields; a lost answer does not reserve twice", async () => {
  const page = await opened();
  await page.getByRole("button", { name: "登记预约" }).click();
  const form = dialog(page);
  const submit = form.getByRole("button", { name: "登记预约" });
  await submit.click();
  await form.getByText("请填写车牌。").waitFor();
  await form.getByLabel("车牌").fill("ABC");
  await submit.click();
  await form.locator('.field:has([name="plate"])').getByText("车牌号不正确，请检查。").waitFor();
  await form.getByLabel("车牌").fill("鲁B99999");
  world.down = true;
  await submit.click();
  await form.getByText("网络不通").waitFor();
  world.down = false;
  await submit.click();
  await page.getByText("已预约 11月23日 15:30").waitFor();
  const made = world.stays.at(-1);
  await bar(page, made).waitFor();
  assert.deepEqual([made.starts_at, made.ends_at, made.audience], [at("15:30"), at("17:30"), "public"]);
  assert.equal(world.stays.length, 1);
});

test("a full garage says when there is a space and where else", async () => {
  const help = { next_start: at("19:15"), waiting: 0, alternatives: [{ garage: "mall", name: "海湾商场", name_en: "Harbour Mall", audience: "public", distance_metres: 300, free: 12 }] };
  world.instead.set(`POST ${RESERVATIONS}`, problem(409, "full", { help }));
  const page = await opened();
  await page.getByRole("button", { name: "登记预约" }).click();
  await dialog(page).getByLabel("车牌").fill("鲁B99999");
  await dialog(page).getByRole("button", { name: "登记预约" }).click();
  await dialog(page).getByText("这段时间的车位已约满。最近可以从 19:15 开始。附近有空的：海湾商场（12 个）。").waitFor();
});

test("a plate is found among many", async () => {
  world.stay({ plate: "鲁B11111" });
  const sought = world.stay({ plate: "鲁B·22222".replace("·", "") });
  const page = await opened();
  await page.getByLabel("找车牌").fill("b 222");
  await page.getByText("找到 1 个").waitFor();
  assert.equal(await page.locator("[data-reservation]").count(), 1);
  assert.equal(await bar(page, sought).count(), 1);
  await page.getByLabel("找车牌").fill("999");
  await page.getByText("没有找到这个车牌。").waitFor();
});

test("with keys alone one goes from bar to bar, looks at one and comes back to it, also after it was drawn anew", async () => {
  world.stay({ plate: "鲁B11111", starts_at: at("08:00"), ends_at: at("10:00") });
  const second = world.stay({ plate: "鲁B22222", starts_at: at("18:00"), ends_at: at("20:00") });
  const page = await opened();
  assert.equal(await page.locator('[data-reservation][tabindex="0"]').count(), 1);
  await page.locator('[data-reservation][tabindex="0"]').focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("heading", { name: "鲁B22222" }).waitFor();
  await page.keyboard.press("Escape");
  const focused = () => page.evaluate(() => document.activeElement.dataset.reservation);
  assert.equal(await focused(), second.id);
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("button", { name: "延长 30 分钟" }).click();
  await page.getByText("已延长 30 分钟").waitFor();
  await page.waitForFunction(() => document.querySelector("[data-reservation][aria-label*='20:30']") === document.activeElement);
});

test("a plate is blocked with a reason, and a strike is lifted with one", async () => {
  world.blocked.strikes = [{ id: randomUUID(), reservation: randomUUID(), plate: "鲁B77777", kind: "no_show", at: at("10:00"), lifted_at: null, lift_reason: null }];
  const page = await opened();
  await page.locator("#add-block").click();
  await dialog(page).getByLabel("车牌").fill("鲁B66666");
  await dialog(page).getByLabel("原因").fill("占");
  await dialog(page).getByRole("button", { name: "添加" }).click();
  await dialog(page).locator('.field:has([name="reason"])').getByText("请填写原因，至少 2 个字。").waitFor();
  await dialog(page).getByLabel("原因").fill("多次占用接送车位");
  await dialog(page).getByRole("button", { name: "添加" }).click();
  await page.locator("#blocks").getByText("鲁B66666").waitFor();
  await page.getByRole("button", { name: "撤销 鲁B77777 的违规记录" }).click();
  await dialog(page).getByLabel("原因").fill("道闸故障");
  await dialog(page).getByRole("button", { name: "确定" }).click();
  await page.locator("#strikes").getByText("没有。").waitFor();
});

test("several pools are drawn and read out by name", async () => {
  world.stay({ garage: "mall", pool: "b", starts_at: at("14:00"), ends_at: at("17:00"), state: "checked_in" });
  const page = await opened("?garage=mall&lang=en");
  await page.getByRole("heading", { name: "Zone B (80 spaces)" }).waitFor();
  assert.match(await page.locator("#said").textContent(), /Zone A none taken, 120 left; Zone B Public 1, 79 left/);
});

test("without a network today stays with its age; another day shows nothing rather than today", async () => {
  world.stay();
  const page = await opened();
  world.down = true;
  await page.getByRole("button", { name: "今天" }).click();
  await page.getByText("网络不通").waitFor();
  assert.equal(await page.locator("#seen").isVisible(), false);
  world.down = false;
  await page.getByRole("button", { name: "再试一次" }).click();
  await page.locator("[data-reservation]").waitFor();
  world.down = true;
  await page.getByRole("button", { name: "后一天" }).click();
  await page.getByText("网络不通").waitFor();
  assert.equal(await page.locator("#day").inputValue(), "2026-11-24");
  assert.equal(await page.locator("#seen").isVisible(), false);
});

test("another garage is not shown under the first one's name while it is asked for", async () => {
  world.stay();
  const page = await opened();
  world.down = true;
  await page.getByLabel("车库").selectOption("mall");
  await page.getByText("网络不通").waitFor();
  assert.equal(await page.locator("#seen").isVisible(), false);
});

test("a session that ends leads back to log-in, also from a dialog, and on from there", async () => {
  const stay = world.stay();
  const page = await opened();
  await bar(page, stay).click();
  world.session = false;
  await dialog(page).getByRole("button", { name: "延长 30 分钟" }).click();
  await page.getByText("登录已失效，请重新登录。").first().waitFor();
  assert.equal(await dialog(page).count(), 0);
  assert.equal(await page.locator("#console").isVisible(), false);
  await page.getByLabel("用户名").fill("op");
  await page.getByLabel("密码").fill("right");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await bar(page, stay).waitFor();
});

test("what one session has seen is not shown in the next before it is asked for", async () => {
  world.stay();
  const page = await opened();
  world.session = false;
  await page.getByRole("button", { name: "后一天" }).click();
  await page.getByLabel("密码").fill("right");
  await page.getByLabel("用户名").fill("another");
  world.instead.set("GET /garages/school/timeline", problem(500, "internal"));
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await page.getByText("服务器出了问题").waitFor();
  assert.equal(await page.locator("#seen").isVisible(), false);
});
