// The operators' week against the stand-in: who owns which spaces when, and what is said before something of it is changed.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { launch, newPage, overflow } from "./browser.mjs";
import { at, look, problem, startConsole } from "./fake-console.mjs";

const DESK = { width: 1280, height: 800 };
const WINDOWS = "/garages/school/windows";
const CLOSURES = "/garages/school/closures";
const PICKUP = { audience: "pickup", weekdays: 31, start_minute: 930, length_minutes: 150, quota: 30, lessons: "lesson_days" };
const RESIDENT = { audience: "resident", weekdays: 127, start_minute: 1080, length_minutes: 720, quota: 20 };
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

async function open(query = "", options = {}) {
  const page = await newPage(browser, options);
  await look(page, `${world.url}/operator/week${query}`);
  return page;
}

async function opened(query, options) {
  const page = await open(query, options);
  await page.locator("#week .day").first().waitFor();
  return page;
}

const dialog = (page) => page.locator("dialog[open]");
const press = (page, name) => dialog(page).last().getByRole("button", { name, exact: true }).click();
const asked = (call) => world.asked.filter((it) => it.call === call);
const drawn = (page, window) => page.locator(`#week [data-window="${window.id}"]`);
const faultOf = (page, name) => dialog(page).locator(`.field:has([name="${name}"]) .field-error`);

/** Two windows that want more spaces together than there are. */
function together() {
  const [resident, night] = [world.week.add(RESIDENT), world.week.add(NIGHT)];
  const share = (window, quota, left) => ({ window: window.id, audience: window.rule.audience, quota, left });
  const shares = [share(resident, 20, 20), share(night, 24, 20)];
  world.week.conflicts.push({ kind: "quotas_together", refused: false, pool: "main", windows: [resident.id, night.id], from: at("18:00"), until: at("22:00"), size: 40, shares });
  return { resident, night };
}

test("a week is drawn day by day: each audience as high as its quota, with a letter, a pattern and words", async () => {
  const pickup = world.week.add(PICKUP);
  const page = await opened("", { viewport: DESK });
  assert.equal(await page.locator("#week .day").count(), 7);
  assert.equal(await drawn(page, pickup).count(), 5);
  assert.equal(await drawn(page, pickup).first().getAttribute("aria-label"), "接送学生，11月23日 15:30–18:00，30 个车位");
  assert.equal(await drawn(page, pickup).first().locator(".area").getAttribute("fill"), "url(#pickup)");
  const height = async (part) => (await page.locator("#week .day").first().locator(part).boundingBox()).height;
  assert.ok(Math.abs((await height(".pickup .area")) / (await height(".ground")) - 30 / 40) < 0.1);
  assert.match(await page.locator("#week .day").first().innerText(), /周一 11月23日[\s\S]*工作日[\s\S]*上课/);
  assert.match(await page.locator("#week .words").first().textContent(), /接送学生 30/);
  assert.deepEqual(page.trouble, []);
});

test("another week is asked for and named", async () => {
  world.week.add(PICKUP);
  const page = await opened();
  await page.getByRole("heading", { name: "11月23日 – 11月29日" }).waitFor();
  await page.getByRole("button", { name: "下一周" }).click();
  await page.getByRole("heading", { name: "11月30日 – 12月6日" }).waitFor();
  await page.getByRole("button", { name: "上一周" }).click();
  await page.getByRole("button", { name: "上一周" }).click();
  await page.getByRole("heading", { name: "11月16日 – 11月22日" }).waitFor();
  await page.getByRole("button", { name: "本周" }).click();
  await page.getByRole("heading", { name: "11月23日 – 11月29日" }).waitFor();
});

test("all pools of a garage are rows across the week, and one of them is drawn large", async () => {
  world.week.add({ ...NIGHT, pool: "a", quota: 100 }, "mall");
  const second = world.week.add({ ...NIGHT, pool: "b", quota: 80, name: "B 区夜间" }, "mall");
  const page = await opened("?garage=mall", { viewport: DESK });
  const rows = page.getByRole("list", { name: "全部车位组" });
  await rows.getByRole("img", { name: "A 区：本周 8 段开放" }).waitFor();
  assert.equal(await drawn(page, second).count(), 0);
  await rows.getByRole("button", { name: /B 区/ }).click();
  await page.getByRole("heading", { name: "B 区（80 个车位）" }).waitFor();
  assert.ok((await drawn(page, second).count()) > 0);
  assert.equal(await rows.getByRole("button", { name: /B 区/ }).getAttribute("aria-pressed"), "true");
  assert.equal(await page.getByLabel("车位组", { exact: true }).inputValue(), "b");
});

test("a conflict is said in whole sentences, marked in the drawing, and leads to its windows", async () => {
  const { night } = together();
  const page = await opened();
  await page.getByText("“业主”、“夜间开放”的配额加起来超过总数 40 个；都来满时，业主要 20 个、得 20 个、社会车辆要 24 个、得 20 个。").waitFor();
  assert.match(await drawn(page, night).first().getAttribute("aria-label"), /已被优先的一方占去一部分，有冲突，见下方说明$/);
  await page.locator("#conflict-list").getByRole("button", { name: "修改“夜间开放”" }).click();
  await dialog(page).getByRole("heading", { name: "修改“夜间开放”" }).waitFor();
});

test("a window is entered with what is usual, and one without consequences is saved at once", async () => {
  const page = await opened();
  await page.getByText("还没有开放时段").waitFor();
  await page.locator("#add-window").click();
  await dialog(page).getByLabel("给谁用").selectOption("staff");
  assert.equal(await dialog(page).getByLabel("从几点").inputValue(), "07:00");
  await dialog(page).getByLabel("最多给几个车位").fill("16");
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
  await dialog(page).getByLabel("最多给几个车位").fill("41");
  await press(page, "保存");
  await faultOf(page, "quota").getByText("这组车位一共只有 40 个。").waitFor();
  await dialog(page).getByLabel("最多给几个车位").fill("10");
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
  await dialog(page).getByLabel("最多给几个车位").fill("1");
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
  await dialog(page).getByText("情况刚刚变了，没有保存。请再看一遍。").waitFor();
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
  await dialog(page).getByLabel("最多给几个车位").fill("2");
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
  await faultOf(page, "reason").getByText("请写明原因，至少 3 个字。").waitFor();
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

test("a drawing is one stop of the Tab key, arrows walk through it, and Escape comes back to where one was", async () => {
  world.week.add(PICKUP);
  world.week.add(NIGHT);
  const page = await opened();
  assert.equal(await page.locator('#week [tabindex="0"]').count(), 1);
  await page.locator('#week [tabindex="0"]').focus();
  const focused = () => page.evaluate(() => document.activeElement.dataset.focus);
  const first = await focused();
  await page.keyboard.press("ArrowRight");
  const second = await focused();
  assert.notEqual(first, second);
  await page.keyboard.press(" ");
  await dialog(page).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  assert.equal(await focused(), second);
});

test("every field and every button of the page and its forms has a name", async () => {
  together();
  world.week.close({ from: at("08:00", "2026-11-25"), until: at("12:00", "2026-11-25") });
  const page = await opened();
  const nameless = () => page.evaluate(() => {
    const shown = [...document.querySelectorAll("button, input, select, textarea, [role=button], dialog, section, svg[role]")].filter((it) => it.checkVisibility());
    const named = (it) => it.getAttribute("aria-label") || it.labels?.length || it.textContent.trim() || document.getElementById(it.getAttribute("aria-labelledby"));
    return shown.filter((it) => !named(it)).map((it) => it.outerHTML.slice(0, 120));
  });
  assert.deepEqual(await nameless(), []);
  for (const id of ["#add-window", "#add-closure", "#rules"]) {
    await page.locator(id).click();
    await dialog(page).waitFor();
    for (const details of await dialog(page).locator("summary").all()) await details.click();
    assert.deepEqual(await nameless(), [], id);
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
  }
});

test("an empty and a full week fit a phone in both languages, their forms too", async () => {
  const fits = async (lang) => {
    const page = await opened(`?lang=${lang}`);
    assert.equal(await overflow(page), 0);
    for (const id of ["#add-window", "#add-closure"]) {
      await page.locator(id).click();
      for (const details of await dialog(page).locator("summary").all()) await details.click();
      const wide = await dialog(page).evaluate((it) => it.scrollWidth - it.clientWidth);
      assert.equal(wide, 0, `${lang} ${id}`);
      await page.keyboard.press("Escape");
    }
    await page.context().close();
  };
  for (const lang of ["zh", "en"]) await fits(lang);
  together();
  world.week.add(PICKUP);
  world.week.close({ from: at("08:00", "2026-11-25"), until: at("12:00", "2026-11-25") });
  world.week.warnings.push({ code: "missing_year", detail: "", year: 2027 });
  for (const lang of ["zh", "en"]) await fits(lang);
});

test("words that somebody entered are words, whatever they look like", async () => {
  world.week.add({ ...NIGHT, name: "<img src=x onerror=alert(1)>" });
  world.week.close({ from: at("08:00", "2026-11-25"), until: at("12:00", "2026-11-25"), reason: "<b>消防</b>" });
  const page = await opened();
  await page.locator("#windows").getByText("<img src=x onerror=alert(1)>").waitFor();
  await page.locator("#closures").getByText("<b>消防</b>").waitFor();
  assert.equal(await page.locator("main img, main b").count(), 0);
});

test("without a network the week stays, says how old it is, and comes back when asked", async () => {
  world.week.add(NIGHT);
  const page = await opened();
  world.down = true;
  await page.getByRole("button", { name: "下一周" }).click();
  await page.getByText("网络不通").waitFor();
  await page.getByText("下面是 15:20 的情况。").waitFor();
  await page.getByRole("heading", { name: "11月23日 – 11月29日" }).waitFor();
  world.down = false;
  await page.getByRole("button", { name: "再试一次" }).click();
  await page.getByRole("heading", { name: "11月30日 – 12月6日" }).waitFor();
  assert.equal(await page.locator("#trouble").isVisible(), false);
});

test("a session that ends while saving leads back to log-in, and on to the week again", async () => {
  world.week.add(NIGHT);
  const page = await opened();
  await page.locator("#add-window").click();
  world.session = false;
  await press(page, "保存");
  await page.getByText("登录已失效，请重新登录。").first().waitFor();
  assert.equal(await dialog(page).count(), 0);
  assert.equal(await page.locator("#week").isVisible(), false);
  await page.getByLabel("用户名").fill("wang");
  await page.getByLabel("密码").fill("right");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await page.locator("#windows").getByText("夜间开放").waitFor();
});

test("an operator without a garage is told so", async () => {
  world.garages = [];
  const page = await open();
  await page.getByText("没有您负责的车库。").waitFor();
  assert.equal(await page.locator("#work").isVisible(), false);
});
