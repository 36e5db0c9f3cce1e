// Windows, closures and rules as operators enter them, against the stand-in: what is said before something is changed.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, test } from "./browser.mjs";
import { at, look, problem, startConsole } from "./fake-console.mjs";

const WINDOWS = "/garages/school/windows";
const CLOSURES = "/garages/school/closures";
const NIGHT = { audience: "public", weekdays: 127, start_minute: 1080, length_minutes: 810, quota: 24, name: "夜间开放" };
const STAY = { id: "00000000-0000-4000-8000-000000000001", pool: "main", audience: "public", starts_at: at("18:30"), ends_at: at("21:00") };

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

async function opened() {
  const page = await newPage(browser);
  await look(page, `${world.url}/operator/week`);
  await page.locator("#week .day").first().waitFor();
  return page;
}

const dialog = (page) => page.locator("dialog[open]");
const press = (page, name) => dialog(page).last().getByRole("button", { name, exact: true }).click();
const asked = (call) => world.asked.filter((it) => it.call === call);
const faultOf = (page, name) => dialog(page).locator(`.field:has([name="${name}"]) .field-error`);

test("a window is entered with what is usual, and one without consequences is saved at once", async () => {
  const page = await opened();
  await page.getByText("还没有开放时段").waitFor();
  await page.locator("#add-window").click();
  await dialog(page).getByLabel("给谁用").selectOption("staff");
  assert.equal(await dialog(page).getByLabel("从几点").inputValue(), "07:00");
  await dialog(page).getByLabel("最多用几个车位").fill("16");
  await press(page, "保存");
  await page.getByText("已保存").waitFor();
  await page.locator("#windows").getByText("教职工").waitFor();
  const [{ body, query, headers }] = asked(`POST ${WINDOWS}`);
  assert.equal(query, "?affected=refuse");
  assert.ok(headers["idempotency-key"]);
  assert.deepEqual([body.audience, body.pool, body.weekdays, body.start_minute, body.length_minutes, body.quota], ["staff", "main", 31, 420, 660, 16]);
  assert.deepEqual(page.trouble, []);
});

test("hours past midnight are said in words", async () => {
  const page = await opened();
  await page.locator("#add-window").click();
  await dialog(page).getByLabel("从几点").fill("22:00");
  await dialog(page).getByLabel("到几点").fill("06:00");
  await dialog(page).getByText("22:00–次日 06:00").waitFor();
  await press(page, "保存");
  await page.getByText("已保存").waitFor();
  assert.deepEqual([world.week.windows[0].rule.start_minute, world.week.windows[0].rule.length_minutes], [1320, 480]);
});

test("what is missing or cannot be is said at its field before anything is asked", async () => {
  const page = await opened();
  await page.locator("#add-window").click();
  await dialog(page).getByLabel("最多用几个车位").fill("41");
  await press(page, "保存");
  await faultOf(page, "quota").getByText("这组车位一共只有 40 个。").waitFor();
  await dialog(page).getByLabel("最多用几个车位").fill("10");
  for (const box of await dialog(page).locator('[name="weekday"]').all()) await box.uncheck();
  await press(page, "保存");
  await dialog(page).getByText("请至少选一个星期几。").waitFor();
  assert.equal(asked(`POST ${WINDOWS}/preview`).length, 0);
});

test("what the server finds wrong is said at the field that it names, also among those out of sight", async () => {
  const page = await opened();
  await page.locator("#add-window").click();
  world.instead.set(`POST ${WINDOWS}/preview`, problem(422, "invalid_body", { field: "lock_out.start_minute", detail: "0 to 1439" }));
  await dialog(page).getByText("更多设置").click();
  await dialog(page).getByLabel("有禁止车辆出入的时间").check();
  await dialog(page).getByText("更多设置").click();
  await press(page, "保存");
  await faultOf(page, "lock_from").getByText("0 to 1439").waitFor();
  assert.equal(await page.locator('dialog [name="lock_from"]').getAttribute("aria-invalid"), "true");
  world.instead.set(`POST ${WINDOWS}/preview`, problem(422, "invalid_body", { field: "quota", detail: "at least 1" }));
  await press(page, "保存");
  await faultOf(page, "quota").getByText("at least 1").waitFor();
});

test("a conflict that is refused cannot be saved, one that may be meant can", async () => {
  const night = world.week.add(NIGHT);
  const page = await opened();
  await page.locator("#add-window").click();
  world.week.foreseen.conflicts = [{ kind: "overlap", refused: true, pool: "main", windows: ["new", night.id], from: at("18:00"), until: at("22:00"), size: null, shares: [] }];
  await press(page, "保存");
  await dialog(page).getByText("“新时段”、“夜间开放”是同一类车辆，在同一组车位上时间重叠，不能同时存在。").waitFor();
  await dialog(page).getByRole("heading", { name: "不能这样保存" }).waitFor();
  assert.equal(await dialog(page).getByRole("button", { name: "仍然保存" }).count(), 0);
  await press(page, "返回修改");
  world.week.foreseen.conflicts = [{ kind: "public_during_pickup", refused: false, pool: "main", windows: ["new"], from: at("15:30"), until: at("18:00"), size: null, shares: [] }];
  await press(page, "保存");
  await dialog(page).getByText("接送车位不会外借").waitFor();
  assert.equal(asked(`POST ${WINDOWS}`).length, 0);
  await press(page, "仍然保存");
  await page.getByText("已保存").waitFor();
  assert.equal(asked(`POST ${WINDOWS}`).length, 1);
});

test("reservations that would lose their space are named, and are kept unless somebody says otherwise", async () => {
  const night = world.week.add(NIGHT);
  const page = await opened();
  await page.getByRole("button", { name: "修改“夜间开放”" }).click();
  world.week.foreseen.affected = [STAY];
  await dialog(page).getByLabel("最多用几个车位").fill("1");
  await press(page, "保存");
  await dialog(page).getByText("有 1 个预约会失去车位：").waitFor();
  await dialog(page).getByText("11月23日 18:30–21:00 · 社会车辆").waitFor();
  await press(page, "保留预约，不修改");
  assert.equal(asked(`PUT ${WINDOWS}/${night.id}`).length, 0);
  await press(page, "保存");
  await press(page, "仍然保存，并取消 1 个预约");
  await page.getByText("已保存").waitFor();
  const [{ query, headers, body }] = asked(`PUT ${WINDOWS}/${night.id}`);
  assert.deepEqual([query, body.quota], ["?affected=cancel", 1]);
  assert.ok(headers["if-match"]);
});

test("reservations made between looking and saving are shown before anything is cancelled", async () => {
  world.week.add(NIGHT);
  const page = await opened();
  await page.getByRole("button", { name: "修改“夜间开放”" }).click();
  await press(page, "停用这个时段");
  await dialog(page).getByText("没有预约受影响。").waitFor();
  world.week.foreseen.affected = [STAY];
  await press(page, "停用");
  await dialog(page).getByText("情况刚刚有变化，没有保存。请再看一遍。").waitFor();
  await dialog(page).getByText("有 1 个预约会失去车位：").waitFor();
  assert.equal(world.week.windows.length, 1);
  await press(page, "停用，并取消 1 个预约");
  await page.getByText("已停用").waitFor();
  await page.getByText("还没有开放时段").waitFor();
});

test("a window that somebody else has changed is not overwritten", async () => {
  const night = world.week.add(NIGHT);
  const page = await opened();
  await page.getByRole("button", { name: "修改“夜间开放”" }).click();
  night.etag = '"another"';
  await dialog(page).getByLabel("最多用几个车位").fill("2");
  await press(page, "保存");
  await dialog(page).getByText("别人刚刚改过，没有保存。请关闭后再看一遍。").waitFor();
  assert.equal(night.rule.quota, 24);
});

test("a lost answer and another try make one window", async () => {
  const page = await opened();
  await page.locator("#add-window").click();
  await page.route("**/windows?affected=refuse", async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await press(page, "保存");
  await dialog(page).getByText("网络不通").waitFor();
  await press(page, "保存");
  await page.getByText("已保存").waitFor();
  assert.equal(world.week.windows.length, 1);
});

test("from an opening only its own day is suspended, with a reason that drivers read", async () => {
  const night = world.week.add(NIGHT);
  const page = await opened();
  await page.locator('#week .day:nth-child(5) [data-window]').last().press("Enter");
  await press(page, "只停这一次");
  assert.equal(await dialog(page).getByLabel("从哪天").inputValue(), "2026-11-27");
  await press(page, "下一步");
  await faultOf(page, "reason").getByText("请填写原因，至少 2 个字。").waitFor();
  await dialog(page).locator('[name="reason"]').fill("学校晚会");
  world.week.foreseen.affected = [STAY];
  await press(page, "下一步");
  await dialog(page).getByText("取消它们，车主会收到通知和您写的原因。").waitFor();
  await press(page, "暂停开放，并取消 1 个预约");
  await page.getByText("已暂停开放").waitFor();
  const [{ body, query }] = asked(`POST ${CLOSURES}`);
  assert.equal(query, "?affected=cancel");
  assert.deepEqual([body.audience, body.from, body.until, body.reason], [night.rule.audience, at("18:00", "2026-11-27"), at("07:30", "2026-11-28"), "学校晚会"]);
  await page.locator("#closures").getByText("学校晚会").waitFor();
});

test("spaces are taken out of service for a time, drawn, and given back", async () => {
  world.week.add(NIGHT);
  const page = await opened();
  await page.locator("#add-closure").click();
  await dialog(page).locator('[name="until_day"]').fill("2026-11-22");
  await dialog(page).locator('[name="reason"]').fill("漏水维修");
  await press(page, "下一步");
  await faultOf(page, "until_day").getByText("结束时间要在开始时间之后。").waitFor();
  await dialog(page).locator('[name="until_day"]').fill("2026-11-24");
  await dialog(page).locator('[name="spaces"]').fill("8");
  await press(page, "下一步");
  await press(page, "暂停开放");
  await page.locator("#week .closure").first().waitFor();
  assert.match(await page.locator("#week .closure").first().getAttribute("aria-label"), /^停用 8 个车位，.*漏水维修$/);
  await page.getByRole("button", { name: /^恢复开放：停用 8 个车位/ }).click();
  await press(page, "恢复开放");
  await page.getByText("没有暂停或停用。").waitFor();
  assert.deepEqual(world.week.closures, []);
});

test("to open again what others have reserved meanwhile is decided by whoever opens it", async () => {
  world.week.close({ from: at("08:00", "2026-11-25"), until: at("12:00", "2026-11-25"), audience: "pickup" });
  world.week.foreseen.affected = [STAY];
  const page = await opened();
  await page.getByRole("button", { name: /^恢复开放/ }).click();
  await press(page, "恢复开放");
  await dialog(page).getByText("恢复开放就要取消它们").waitFor();
  await press(page, "保留预约，不修改");
  assert.equal(world.week.closures.length, 1);
  await page.getByRole("button", { name: /^恢复开放/ }).click();
  await press(page, "恢复开放");
  await press(page, "取消预约，恢复开放");
  await page.getByText("没有暂停或停用。").waitFor();
});

test("rules of reservations are read, checked and saved", async () => {
  const page = await opened();
  await page.getByRole("button", { name: "预约与违约规则" }).click();
  assert.equal(await dialog(page).locator('[name="strikes"]').inputValue(), "3");
  await dialog(page).locator('[name="block_days"]').fill("0");
  await press(page, "保存");
  await faultOf(page, "block_days").getByText("请填写 1 到 365 之间的整数。").waitFor();
  await dialog(page).locator('[name="block_days"]').fill("14");
  await press(page, "保存");
  await page.getByText("已保存").waitFor();
  assert.deepEqual(world.week.rules, { strikes: 3, strike_days: 30, block_days: 14, live_per_person: 3, live_per_plate: 2 });
});
