// The operator console and the open-space page of a running demo, in a real browser. SERVER_URL is the server's origin.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";

const SERVER = process.env.SERVER_URL;
const DESK = { width: 1280, height: 800 };
const SMALL = { width: 360, height: 740 };
const SCHOOL = "海风路小学地下车库 B1";

let browser;
before(async () => {
  assert.ok(SERVER, "SERVER_URL names the server of a running demo");
  browser = await launch();
});
after(() => browser?.close());

async function console_(options) {
  const page = await newPage(browser, options);
  await page.goto(`${SERVER}/operator`);
  await page.getByRole("button", { name: /演示|Demo/ }).click();
  await page.getByRole("button", { name: SCHOOL }).waitFor();
  return page;
}

test("an operator sees every garage with its count and its gateway", async () => {
  const page = await console_({ viewport: DESK });
  assert.equal(await page.locator(".garage").count(), 6);
  await page.getByRole("button", { name: SCHOOL }).getByText("网关在线").waitFor();
  await page.getByText(/^服务器版本 \d+\.\d+\.\d+，修订 [0-9a-z]+$/).waitFor();
  assert.deepEqual(page.trouble.filter((line) => !line.includes("401")), []);
});

test("a correction with a reason moves the count and is written down", async () => {
  const page = await console_({ viewport: DESK });
  await page.getByRole("button", { name: "人防三号车库" }).click();
  await page.getByRole("tab", { name: "更正计数" }).click();
  await page.getByRole("button", { name: "提交更正" }).click();
  await page.getByText("请填写车辆数和理由。").waitFor();
  // Everyday traffic may move the count between looking and sending: then the console says so, and one tries again.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await page.getByLabel("在场车辆数").fill("100");
    await page.getByLabel("理由（至少 2 个字）").fill("人工清点 100 辆");
    await page.getByRole("button", { name: "提交更正" }).click();
    const done = page.getByText("→ 100");
    const changed = page.getByText("计数刚刚变化");
    await done.or(changed).first().waitFor();
    if (await done.count()) return;
  }
  assert.fail("the count changed under each of five corrections");
});

test("a plate can be checked against the gate's rules", async () => {
  const page = await console_({ viewport: DESK });
  await page.getByRole("button", { name: SCHOOL }).click();
  await page.getByRole("tab", { name: "查询车牌" }).click();
  await page.getByLabel("这个车牌现在能否入场？").fill("鲁b·88888");
  await page.getByRole("button", { name: "查询", exact: true }).click();
  await page.getByText("鲁B88888 · 放行").waitFor();
  await page.getByLabel("这个车牌现在能否入场？").fill("鲁B00001");
  await page.getByRole("button", { name: "查询", exact: true }).click();
  await page.getByText("车牌未登记").first().waitFor();
});

test("a wrong password is told in words", async () => {
  const page = await newPage(browser);
  await page.goto(`${SERVER}/operator?lang=en`);
  await page.getByLabel("User name").fill("nobody");
  await page.getByLabel("Password").fill("wrong-password");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByText("Wrong user name or password.").waitFor();
});

test("both pages fit a small phone, in both languages", async () => {
  for (const lang of ["zh", "en"]) {
    const operator = await newPage(browser, { viewport: SMALL });
    await operator.goto(`${SERVER}/operator?lang=${lang}`);
    await operator.getByRole("button", { name: /演示|Demo/ }).click();
    await operator.locator(".garage").first().waitFor();
    for (const tab of await operator.getByRole("tab").all()) {
      await tab.click();
      assert.ok((await overflow(operator)) <= 0, `${lang} ${await tab.textContent()}`);
    }
    const spaces = await newPage(browser, { viewport: SMALL });
    await spaces.goto(`${SERVER}/spaces?lang=${lang}`);
    await spaces.locator(".site").first().waitFor();
    assert.ok((await overflow(spaces)) <= 0, `spaces ${lang}`);
  }
});

test("a day is drawn from the running system, and a reservation in it is made, extended and cancelled", async () => {
  const page = await console_({ viewport: DESK });
  await page.goto(`${SERVER}/operator/day?garage=harbour-mall`);
  await page.locator("#charts svg").waitFor();
  await page.locator("#said").getByText(/^\d\d:\d\d .*在场 \d+ 辆$/).waitFor();
  await page.getByRole("button", { name: "后一天" }).click();
  await page.locator("#charts svg").waitFor();
  await page.getByRole("button", { name: "登记预约" }).click();
  const dialog = page.locator("dialog[open]").last();
  await dialog.getByLabel("车牌").fill("鲁B5T5T5");
  await dialog.getByLabel("从几点").fill("10:00");
  await dialog.getByLabel("到几点").fill("12:00");
  await dialog.getByRole("button", { name: "登记预约" }).click();
  const bar = page.locator('[data-reservation][aria-label^="鲁B5T5T5"]');
  await bar.click();
  await dialog.getByRole("button", { name: "延长 30 分钟" }).click();
  await page.locator('[data-reservation][aria-label*="10:00–12:30"]').waitFor();
  await bar.click();
  await dialog.getByRole("button", { name: "取消预约" }).click();
  await dialog.getByRole("button", { name: "取消预约" }).click();
  await bar.waitFor({ state: "detached" });
  assert.deepEqual(page.trouble.filter((line) => !line.includes("401")), []);
});

test("a school's own word about a day is kept by the running system, and taken back", async () => {
  const page = await console_();
  await page.goto(`${SERVER}/operator/calendar`);
  await page.getByRole("button", { name: "下个月" }).click();
  await page.locator("#month [data-date]").nth(20).click();
  const dialog = page.locator("dialog[open]");
  await dialog.getByLabel("这一天").selectOption("yes");
  await dialog.getByLabel("提前几分钟放学").fill("60");
  await dialog.getByLabel("说明").fill("运动会");
  await dialog.getByRole("button", { name: "保存" }).click();
  const own = page.locator('#month [aria-label$="上课，提前 60 分钟放学，学校登记，运动会"]');
  await own.click();
  await dialog.getByLabel("这一天").selectOption("lists");
  await dialog.getByRole("button", { name: "保存" }).click();
  await own.waitFor({ state: "detached" });
  assert.deepEqual(page.trouble.filter((line) => !line.includes("401")), []);
});

test("everybody sees open spaces, and a closed garage is not a full one", async () => {
  const page = await newPage(browser, { viewport: DESK });
  await page.goto(`${SERVER}/spaces`);
  await page.locator(".site").nth(5).waitFor();
  const school = page.locator(".site", { hasText: SCHOOL });
  await school.getByText("未对外开放").waitFor();
  const shelter = page.locator(".site", { hasText: "人防一号车库" });
  await shelter.getByText("共 320 个").waitFor();
  assert.deepEqual(page.trouble, []);
});

test("long words leave the names of garages room", async () => {
  const page = await newPage(browser, { viewport: DESK });
  await page.goto(`${SERVER}/spaces?lang=en`);
  await page.locator(".site").nth(5).waitFor();
  // In one step: the list is drawn anew between two.
  const widths = await page.evaluate(() => [...document.querySelectorAll(".site h2")].map((name) => name.parentElement.clientWidth));
  assert.ok(Math.min(...widths) >= 120, widths.join());
});

test("without a connection the open spaces say how old they are", async () => {
  const page = await newPage(browser);
  await page.goto(`${SERVER}/spaces`);
  await page.locator(".site").first().waitFor();
  await page.context().setOffline(true);
  await page.getByText("网络不通").waitFor();
});
