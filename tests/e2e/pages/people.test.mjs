// The start page and the pages of teacher, parent and waiting hall, on a running demo with traffic, in a real browser.
// BASE_URL is the origin of the mini-program API.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";

const BASE = process.env.BASE_URL;
const SMALL = { width: 360, height: 740 };
const HALL = { width: 1920, height: 1080 };

let browser;
let people;
before(async () => {
  assert.ok(BASE, "BASE_URL names the mini-program API of a running demo");
  browser = await launch();
  ({ people } = await (await fetch(`${BASE}/demo/people`)).json());
});
after(() => browser?.close());

const first = (role) => people.find((person) => person.role === role);

/** Logs in the way a visitor of the demo does. */
async function logIn(person, { options, query = "" } = {}) {
  const page = await newPage(browser, options);
  await page.goto(`${BASE}/${query}`);
  await page.getByRole("searchbox").fill(person.name);
  await page.locator(`[data-person="${person.person_id}"]`).click();
  await page.waitForURL(/\/(teacher|parent|hall)/);
  return page;
}

/** Logs in the way a mini-program's web-view does. */
async function openWithToken(person, path, options) {
  const answer = await fetch(`${BASE}/demo/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person_id: person.person_id }),
  });
  const session = await answer.json();
  const page = await newPage(browser, options);
  await page.goto(`${BASE}${path}#token=${session.token}`);
  return { page, session };
}

const live = (page) => page.locator('#connection[data-phase="live"]').waitFor();

test("a teacher releases a child, hands over and takes it back", async () => {
  const page = await logIn(first("teacher"));
  await live(page);
  // The newest one without a warning: the demo's own teachers leave it to us the longest.
  const card = page.locator(".arrival.waiting:not(:has(.note))").last();
  await card.waitFor({ timeout: 180_000 });
  const id = await card.getAttribute("data-id");
  const mine = (place, phase) => page.locator(`${place} [data-id="${id}"][data-phase="${phase}"]`);
  await card.getByRole("button", { name: /放行/ }).click();
  await mine("#open", "released").waitFor();
  await mine("#open", "released").getByRole("button", { name: /交接/ }).click();
  await mine("#recent", "handed_over").waitFor();
  await mine("#recent", "handed_over").getByRole("button", { name: /撤销/ }).click();
  await mine("#open", "released").waitFor();
  assert.equal(await page.locator(`[data-id="${id}"]`).count(), 1);
  assert.deepEqual(page.trouble, []);
});

test("a new arrival comes by itself", async () => {
  const page = await logIn(first("teacher"));
  await live(page);
  const shown = () => page.locator("#board [data-id]").evaluateAll((cards) => cards.map((card) => card.dataset.id));
  const before_ = new Set(await shown());
  await page.waitForFunction((known) => [...document.querySelectorAll("#open [data-id]")].some(({ dataset }) => !known.includes(dataset.id)), [...before_], {
    timeout: 240_000,
  });
  const ids = await shown();
  assert.equal(new Set(ids).size, ids.length, "nothing shows twice");
});

test("another class is out of reach", async () => {
  const other = people.filter(({ role }) => role === "teacher").find(({ label }) => label !== first("teacher").label);
  const { session } = await openWithToken(other, "/");
  const { page } = await openWithToken(first("teacher"), `/teacher?class=${session.me.classes[0].id}`);
  await page.getByText("这不是您任教的班级。").waitFor();
  assert.equal(await page.locator(".arrival").count(), 0);
});

test("the language switches and is remembered", async () => {
  const page = await logIn(first("teacher"));
  await page.getByRole("button", { name: "English" }).click();
  await page.getByText("Waiting", { exact: true }).first().waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.reload();
  await page.getByRole("button", { name: "中文" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});

test("a token in the address is taken and removed", async () => {
  const { page } = await openWithToken(first("guardian"), "/parent");
  await page.locator(".child").first().waitFor();
  assert.equal(new URL(page.url()).hash, "");
});

test("a page without a session says how to log in", async () => {
  const page = await newPage(browser);
  await page.goto(`${BASE}/teacher`);
  await page.getByRole("heading", { name: "请先登录" }).waitFor();
  assert.equal(await page.locator("#app").isVisible(), false);
});

test("a parent sees the children and a wrong plate is refused at its field", async () => {
  // The last in the list: the one that visitors and other tests are least likely to have changed.
  const parent = people.filter(({ role }) => role === "guardian").at(-1);
  const page = await logIn(parent, { options: { viewport: SMALL } });
  await page.locator(".child").first().waitFor();
  assert.equal(await page.locator(".child").first().locator(".steps li").count(), 3);
  await page.getByLabel("添加车牌").fill("12345");
  await page.getByRole("button", { name: "添加" }).click();
  await page.locator("#plate-error").getByText("车牌号不正确").waitFor();
  assert.equal(await page.getByLabel("添加车牌").getAttribute("aria-invalid"), "true");
});

test("a parent registers a plate and removes it after a question", async () => {
  const parent = people.filter(({ role }) => role === "guardian").at(-1);
  const page = await logIn(parent);
  const plate = `鲁B${String(Date.now()).slice(-5)}`;
  await page.getByLabel("添加车牌").fill(plate);
  await page.getByRole("button", { name: "添加" }).click();
  await page.locator(".plate", { hasText: plate }).waitFor();
  await page.getByRole("button", { name: `删除车牌 ${plate}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
  await page.locator(".plate", { hasText: plate }).waitFor({ state: "detached" });
  assert.deepEqual(page.trouble, []);
});

test("the hall shows masked names only, and every name that it shows fits", async () => {
  const page = await logIn(first("hall"), { options: { viewport: HALL } });
  await live(page);
  await page.locator(".names li").first().waitFor({ timeout: 180_000 });
  const names = await page.locator(".names .pupil").allTextContents();
  for (const name of names) assert.match(name, /^.{1,2}\*.?$/u);
  const cut = await page.locator(".names li").evaluateAll((tiles) => tiles.filter((tile) => tile.getBoundingClientRect().bottom > innerHeight).length);
  assert.equal(cut, 0);
  assert.deepEqual(page.trouble, []);
});

test("nothing sticks out at 360 pixels, in both languages", async () => {
  for (const query of ["?lang=zh", "?lang=en"]) {
    for (const role of ["teacher", "guardian", "hall"]) {
      const page = await logIn(first(role), { options: { viewport: SMALL }, query });
      await page.locator('#connection[data-phase="live"]').waitFor();
      assert.equal(await overflow(page), 0, `${role} ${query}`);
      await page.goto(`${BASE}/`);
      await page.locator(".people button").first().waitFor();
      assert.equal(await overflow(page), 0, `start page ${query}`);
      assert.deepEqual(page.trouble, []);
      await page.context().close();
    }
  }
});
