// The page behind the code at a lane, against the stand-in: which car, what became of it, and what a phone in a basement does.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { problem, startFake } from "./fake-api.mjs";

const SMALL = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };

let browser;
let world;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  world = await startFake();
});
afterEach(() => world.close());

async function open({ query = "?garage=school&lane=in", token = "token-g1", viewport = SMALL } = {}) {
  const page = await newPage(browser, { viewport });
  await page.goto(`${world.url}/gate${query}${token ? `#token=${token}` : ""}`);
  return page;
}

const car = (page, plate = "鲁B12345") => page.getByRole("button", { name: plate });
const said = (page, text) => page.locator("#said").getByText(text);
const entry = (state) => [200, { id: "00000000-0000-4000-8000-0000000000e1", state, expires_at: new Date(Date.now() + 30_000).toISOString() }];

test("the driver's choice opens, and is followed to the barrier under one key", async () => {
  const asked = [];
  const states = ["waiting", "taken", "opened"];
  world.gate = (body, key) => {
    asked.push({ body, key });
    return entry(states[asked.length - 1]);
  };
  const page = await open();
  await car(page).click();
  await said(page, "已开闸，请慢行入场。").waitFor();
  assert.equal(await page.locator("#choice").isVisible(), false);
  assert.equal(asked.length, 3);
  assert.deepEqual(asked[0].body, { garage: "school", lane: "in", plate_id: world.plates[0].id });
  assert.equal(new Set(asked.map(({ key }) => key)).size, 1);
  assert.deepEqual(page.trouble, []);
});

test("what is refused says why, and may be tried again", async () => {
  const refused = [
    ["no_car_waiting", {}, "道闸前没有检测到车"], ["another_car_waiting", {}, "识别到的是另一个车牌"], ["car_inside", {}, "已经在车库里了"],
    ["not_let_in", { detail: "outside_window" }, "现在不是您可以入场的时段"], ["not_let_in", { detail: "no_plan" }, "这个车牌现在不能入场"],
  ];
  const page = await open();
  for (const [code, more, words] of refused) {
    world.gate = () => problem(409, code, more);
    await car(page).click();
    await said(page, words).waitFor();
  }
  world.gate = () => problem(429, "too_many_requests");
  await car(page).click();
  await said(page, "请一分钟后再试").waitFor();
  for (const [state, words] of [["refused", "没有开闸，请联系值班员"], ["expired", "请求没有及时送达"], ["unknown", "道闸没有回复"]]) {
    world.gate = () => entry(state);
    await car(page).click();
    await said(page, words).waitFor();
  }
});

test("an answer that is lost in the basement is asked for again under the same key", async () => {
  const keys = [];
  world.gate = (_, key) => {
    keys.push(key);
    return entry("opened");
  };
  const page = await open();
  let lost = 0;
  await page.route("**/gate-entries", async (route) => {
    if (lost > 0) return route.fallback();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await car(page).click();
  await said(page, "已开闸").waitFor();
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});

test("without a plate, a session or a whole code one is told what to do", async () => {
  world.plates = [];
  const none = await open();
  await none.getByText("您还没有登记车牌").waitFor();
  const stranger = await open({ token: null });
  await stranger.getByText("请先登录").waitFor();
  assert.equal(await stranger.locator("#app").isVisible(), false);
  const torn = await open({ query: "?garage=school" });
  await said(torn, "这个二维码不完整").waitFor();
});

test("nothing sticks out, in either language, on a phone and a desktop", async () => {
  for (const language of ["zh", "en"]) {
    for (const [name, viewport] of [["phone", SMALL], ["desktop", DESK]]) {
      const page = await open({ query: `?garage=school&lane=in&lang=${language}`, viewport });
      await car(page).waitFor();
      world.gate = () => problem(409, "no_car_waiting");
      await car(page).click();
      await page.locator("#said .bad").waitFor();
      assert.equal(await overflow(page), 0, `${language}, ${name}`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/gate-${name}-${language}.png`, fullPage: true });
    }
  }
});
