// The operators' week against the stand-in: who owns which spaces when, for the eye, the ear and the keys.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { at, look, problem, startConsole } from "./fake-console.mjs";

const DESK = { width: 1280, height: 800 };
const PICKUP = { audience: "pickup", weekdays: 31, start_minute: 930, length_minutes: 150, quota: 30, lessons: "lesson_days" };
const RESIDENT = { audience: "resident", weekdays: 127, start_minute: 1080, length_minutes: 720, quota: 20 };
const NIGHT = { audience: "public", weekdays: 127, start_minute: 1080, length_minutes: 810, quota: 24, name: "夜间开放" };

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
const drawn = (page, window) => page.locator(`#week [data-window="${window.id}"]`);

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
  await page.getByText("“业主”、“夜间开放”的配额加起来超过总数 40 个；都来满时，业主需 20 个、得 20 个、社会车辆需 24 个、得 20 个。").waitFor();
  assert.match(await drawn(page, night).first().getAttribute("aria-label"), /部分车位已被优先的一方占用，有冲突，见下方说明$/);
  await page.getByText("最早在 11月23日 18:00–22:00。").waitFor();
  await page.locator("#conflict-list").getByRole("button", { name: "修改“夜间开放”" }).click();
  await dialog(page).getByRole("heading", { name: "修改“夜间开放”" }).waitFor();
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
  await page.getByText("以下是 15:20 的数据。").waitFor();
  await page.getByRole("heading", { name: "11月23日 – 11月29日" }).waitFor();
  world.down = false;
  await page.getByRole("button", { name: "再试一次" }).click();
  await page.getByRole("heading", { name: "11月30日 – 12月6日" }).waitFor();
  assert.equal(await page.locator("#trouble").isVisible(), false);
});

test("what fails on the server is said, and what was drawn stays", async () => {
  world.week.add(NIGHT);
  const page = await opened();
  world.instead.set("GET /garages/school/windows", problem(500, "internal"));
  await page.getByRole("button", { name: "下一周" }).click();
  await page.locator("#trouble").getByText("服务器出了问题，请稍后再试。").waitFor();
  await page.getByRole("heading", { name: "11月23日 – 11月29日" }).waitFor();
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
