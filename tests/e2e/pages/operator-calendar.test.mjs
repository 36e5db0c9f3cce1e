// The operators' calendar against the stand-in, in November 2026: what each day is, who says so, and a school's own word.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { look, problem, startConsole } from "./fake-console.mjs";

const PUT = "PUT /schools/haibin/calendar";

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
  await look(page, `${world.url}/operator/calendar${query}`);
  await page.locator("#month button").first().waitFor();
  return page;
}

const day = (page, date) => page.locator(`[data-date="${date}"]`);
const dialog = (page) => page.locator("dialog[open]");
const label = (page, date) => day(page, date).getAttribute("aria-label");

async function turn(page, id, title) {
  await page.locator(id).click();
  await page.getByRole("heading", { name: title }).waitFor();
  await page.locator("#month button").first().waitFor();
}

test("each day says what it is, who says so, and whether there are lessons", async () => {
  const page = await open();
  assert.equal(await label(page, "2026-11-23"), "2026-11-23，工作日，按星期，上课");
  assert.equal(await label(page, "2026-11-27"), "2026-11-27，休息日，市里的安排，上课");
  assert.equal(await label(page, "2026-11-20"), "2026-11-20，工作日，按星期，上课，提前 90 分钟放学，学校登记，家长会");
  assert.equal(await day(page, "2026-11-23").getAttribute("aria-current"), "date");
  assert.match(await day(page, "2026-11-05").innerText(), /秋假/);
  await turn(page, "#before", "2026年10月");
  assert.equal(await label(page, "2026-10-01"), "2026-10-01，国庆节，国务院放假安排，不上课");
  assert.equal(await label(page, "2026-10-10"), "2026-10-10，调休上班 · 暂按周五，国务院放假安排，上课");
  assert.deepEqual(page.trouble, []);
});

test("a day tells layer by layer why it is so", async () => {
  const page = await open();
  await day(page, "2026-11-05").click();
  assert.match(await dialog(page).innerText(), /公共日历\s+工作日 · 按星期\s+海滨路小学\s+不上课 · 秋假/);
  await page.keyboard.press("Escape");
  await day(page, "2026-11-28").click();
  assert.match(await dialog(page).innerText(), /不上课 · 周六平常不上课/);
});

test("a missing year is warned of, and its weekends are no make-up days", async () => {
  const page = await open("?lang=en");
  await turn(page, "#after", "December 2026");
  await turn(page, "#after", "January 2027");
  await page.locator("#warnings .note.bad").getByText("The 2027 holiday list is missing.").waitFor();
  assert.match(await label(page, "2027-01-09"), /workday, no list yet; assumed workday/);
  assert.equal(await page.locator("#month .make-up").count(), 0);
  assert.equal(await overflow(page), 0);
});

test("a make-up day asks for its weekday and is settled by the school", async () => {
  const page = await open();
  await turn(page, "#before", "2026年10月");
  await page.getByText("2026-10-10 是调休上班日，还没有指定").waitFor();
  await day(page, "2026-10-10").click();
  await dialog(page).getByLabel("这一天").selectOption("yes");
  await dialog(page).getByLabel("按星期几的课表").selectOption("Wed");
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存").waitFor();
  assert.deepEqual(world.calendar.school.days[0], { date: "2026-10-10", lessons: true, acts_as: "Wed", earlier_minutes: null, name: "" });
  await page.locator('[data-date="2026-10-10"] .layer.school').waitFor();
});

test("a school lets out earlier on a day, and takes it back", async () => {
  const page = await open();
  await day(page, "2026-11-25").click();
  await dialog(page).getByLabel("这一天").selectOption("yes");
  await dialog(page).getByLabel("提前几分钟放学").fill("481");
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await dialog(page).locator('.field:has([name="earlier_minutes"])').getByText("请填 0 到 480 的整数。").waitFor();
  await dialog(page).getByLabel("提前几分钟放学").fill("60");
  await dialog(page).getByLabel("说明").fill("运动会");
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.locator("#days").getByText("运动会 · 上课，提前 60 分钟放学").waitFor();
  await page.getByRole("button", { name: "修改“2026-11-25”" }).click();
  await dialog(page).getByLabel("这一天").selectOption("lists");
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.locator("#days").getByText("运动会").waitFor({ state: "detached" });
  assert.equal(world.calendar.school.days.length, 1);
});

test("terms and breaks are entered, changed and removed; two terms at once are refused", async () => {
  const page = await open();
  await page.locator("#add-span").click();
  await dialog(page).getByRole("button", { name: "保存" }).click();
  assert.equal(await page.locator('dialog [name="name"]').getAttribute("aria-invalid"), "true");
  await dialog(page).getByLabel("名称").fill("2027 春季学期");
  await dialog(page).getByLabel("第一天").fill("2027-01-20");
  await dialog(page).getByLabel("最后一天").fill("2027-07-02");
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await dialog(page).getByText("与“2026 秋季学期”的日期重叠。").waitFor();
  await dialog(page).getByLabel("第一天").fill("2027-02-22");
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.locator("#spans").getByText("2027 春季学期").waitFor();
  await page.getByRole("button", { name: "修改“秋假”" }).click();
  await dialog(page).getByRole("button", { name: "删除" }).click();
  await dialog(page).last().getByRole("button", { name: "删除" }).click();
  await page.locator("#spans").getByText("秋假").waitFor({ state: "detached" });
  assert.match(await label(page, "2026-11-05"), /上课$/);
  assert.deepEqual(world.calendar.school.spans.map(({ name }) => name), ["2026 秋季学期", "2027 春季学期"]);
});

test("what the server finds wrong is said at the field that it names", async () => {
  world.instead.set(PUT, problem(422, "invalid_body", { field: "spans[2].last_day", detail: "must be of the years 2000 to 2199" }));
  const page = await open();
  await page.locator("#add-span").click();
  await dialog(page).getByLabel("名称").fill("学期");
  await dialog(page).getByLabel("第一天").fill("2027-02-22");
  await dialog(page).getByLabel("最后一天").fill("2299-07-02");
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await dialog(page).locator('.field:has([name="last_day"])').getByText("2000 to 2199").waitFor();
});

test("a calendar that somebody else has changed is read again and nothing of theirs is lost", async () => {
  const page = await open();
  await day(page, "2026-11-25").click();
  world.calendar.school.days.push({ date: "2026-11-30", lessons: false, acts_as: null, earlier_minutes: null, name: "校庆" });
  world.calendar.version += 1;
  await dialog(page).getByLabel("这一天").selectOption("no");
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await dialog(page).getByText("别人刚刚改过日历").waitFor();
  await page.locator('[data-date="2026-11-30"] .layer.school').waitFor({ state: "attached" });
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存").waitFor();
  assert.deepEqual(world.calendar.school.days.map(({ date }) => date), ["2026-11-20", "2026-11-25", "2026-11-30"]);
});

test("the school's week is changed on purpose", async () => {
  const page = await open();
  await page.locator("#change-week").click();
  await dialog(page).getByLabel("周六").check();
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.locator("#school-week").getByText("周一至周六").waitFor();
  assert.equal(world.calendar.school.weekdays, 63);
});

test("the month is one stop of the Tab key and arrows walk through it", async () => {
  const page = await open();
  assert.equal(await page.locator('#month [tabindex="0"]').count(), 1);
  await day(page, "2026-11-23").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowUp");
  const focused = () => page.evaluate(() => document.activeElement.dataset.date);
  assert.equal(await focused(), "2026-11-22");
  await page.keyboard.press("Enter");
  await dialog(page).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await focused(), "2026-11-22");
});

test("a garage without a school still shows why a day is what it is", async () => {
  const page = await open("?garage=mall&lang=en");
  await page.getByText("No school is linked to this garage.").waitFor();
  assert.equal(await page.locator("#of-school").isVisible(), false);
  await day(page, "2026-11-27").click();
  await dialog(page).getByText("rest day · city list").waitFor();
  assert.equal(await dialog(page).getByRole("button").count(), 1);
});

test("from a day of the calendar one comes to its spaces, and an address without a day of ours is today's", async () => {
  const page = await open("?garage=mall");
  await day(page, "2026-11-27").click();
  await dialog(page).getByRole("link", { name: "看这一天的车位" }).click();
  await page.getByRole("heading", { name: "11月27日星期五" }).waitFor();
  assert.equal(await page.locator("#garage").inputValue(), "mall");
  await look(page, `${world.url}/operator/day?day=2026-13-99`);
  await page.getByRole("heading", { name: "11月23日星期一" }).waitFor();
  assert.deepEqual(page.trouble, []);
});

test("the month fits a phone in both languages, and without a network no other month is shown under its name", async () => {
  for (const lang of ["zh", "en"]) {
    const page = await open(`?lang=${lang}`);
    assert.equal(await overflow(page), 0);
  }
  const page = await open();
  world.down = true;
  await page.locator("#after").click();
  await page.getByText("网络不通").waitFor();
  await page.getByRole("heading", { name: "日历" }).waitFor();
  assert.equal(await page.locator("#seen").isVisible(), false);
  world.down = false;
  await page.getByRole("button", { name: "再试一次" }).click();
  await page.getByRole("heading", { name: "2026年12月" }).waitFor();
});

test("a session that ends while saving leads back to log-in", async () => {
  const page = await open();
  await day(page, "2026-11-25").click();
  await dialog(page).getByLabel("这一天").selectOption("no");
  world.session = false;
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.getByText("登录已失效，请重新登录。").first().waitFor();
  assert.equal(await dialog(page).count(), 0);
});
