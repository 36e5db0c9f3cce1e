// Booking a space and living with the reservation, against the stand-in: what a driver sees and does at each step.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { startFake } from "./fake-api.mjs";

const HOUR = 3_600_000;

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

const inHours = (hours) => new Date(Date.now() + hours * HOUR).toISOString();
const tomorrow = () => new Date(Date.now() + 8 * HOUR + 24 * HOUR).toISOString().slice(0, 10);

async function open(path) {
  const page = await newPage(browser);
  await page.goto(`${world.url}${path}#token=token-d1`);
  return page;
}

/** Fills the form for tomorrow, 10 to 12, at the mall. */
async function wish(page, garage = "海湾商场") {
  await page.getByRole("button", { name: garage }).click();
  await page.locator("#day").selectOption(tomorrow());
  await page.locator("#from").fill("10:00");
  await page.locator("#until").fill("12:00");
}

test("a free space is reserved in a few taps and the receipt says what was agreed", async () => {
  const page = await open("/book");
  await wish(page);
  await page.getByText("这段时间还有 1 个车位").waitFor();
  await page.locator("#reserve").click();
  await page.getByText("预约成功").waitFor();
  await page.locator("#done").getByText("鲁B12345").waitFor();
  assert.equal(await overflow(page), 0);
  assert.equal(world.reservations.items.length, 1);
  assert.deepEqual(page.trouble, []);
});

test("two taps, or a tap after a lost answer, make one reservation", async () => {
  const page = await open("/book");
  await wish(page);
  const button = page.locator("#reserve");
  await button.waitFor();
  world.down = true;
  await button.click();
  await page.getByText("网络不通").first().waitFor();
  world.down = false;
  await button.evaluate((element) => {
    element.click();
    element.disabled = false;
    element.click();
  });
  await page.getByText("预约成功").waitFor();
  assert.equal(world.reservations.items.length, 1);
});

test("a full garage offers another time, another garage and the waiting list", async () => {
  const from = new Date(`${tomorrow()}T10:00:00+08:00`).toISOString();
  const until = new Date(`${tomorrow()}T12:00:00+08:00`).toISOString();
  world.reservations.add({ mine: false, starts_at: from, ends_at: until });
  const page = await open("/book");
  await wish(page);
  await page.getByText("这段时间的车位已约满").waitFor();
  assert.equal(await overflow(page), 0);
  await page.locator("#take-next").click();
  assert.equal(await page.locator("#from").inputValue(), "13:00");
  assert.equal(await page.locator("#until").inputValue(), "15:00");
  await page.locator("#reserve").waitFor();
  await page.locator("#from").fill("10:00");
  await page.locator("#until").fill("12:00");
  await page.getByRole("button", { name: "人防一号车库" }).click();
  await page.locator("#reserve").waitFor();
  await page.locator("#other-garage").click();
  await wish(page);
  await page.locator("#wait").click();
  await page.getByText("已加入候补").first().waitFor();
});

test("an offer to somebody who waited counts down and is accepted", async () => {
  const offer = world.reservations.add({ state: "held", expires_at: inHours(0.15), starts_at: inHours(2), ends_at: inHours(3) });
  world.reservations.notice("offer", offer);
  const page = await open("/reservations");
  await page.getByText("有空位了，请尽快接受").waitFor();
  await page.getByText(/还剩 \d+:\d\d/).waitFor();
  await page.getByRole("button", { name: "知道了" }).click();
  await page.getByRole("button", { name: "接受" }).click();
  await page.locator(`[data-id="${offer.id}"][data-state="confirmed"]`).waitFor();
  assert.equal(world.reservations.notices[0].read, true);
  assert.deepEqual(page.trouble, []);
});

test("a car that is inside stays longer if that is free, and is told if it is not", async () => {
  const inside = world.reservations.add({ state: "checked_in", space: "A-12", starts_at: inHours(-1), ends_at: inHours(1) });
  const page = await open("/reservations");
  await page.getByText("车位 A-12").waitFor();
  await page.getByRole("button", { name: "延长 30 分钟" }).click();
  await page.getByText("已延长到").waitFor();
  world.reservations.add({ mine: false, starts_at: inHours(1.6), ends_at: inHours(3) });
  await page.getByRole("button", { name: "延长 60 分钟" }).click();
  await page.getByText("这段时间的车位已约满").waitFor();
  assert.equal(await page.locator(`[data-id="${inside.id}"]`).getAttribute("data-state"), "checked_in");
});

test("a cancellation is asked for, and says when it is late", async () => {
  const r = world.reservations.add({ starts_at: inHours(-0.1), ends_at: inHours(2) });
  const page = await open("/reservations");
  await page.locator(`[data-id="${r.id}"]`).getByRole("button", { name: "取消预约" }).click();
  await page.getByText("会记为迟取消").waitFor();
  await page.locator("dialog").getByRole("button", { name: "取消预约" }).click();
  await page.locator(`#past [data-id="${r.id}"][data-state="cancelled"]`).waitFor();
});

test("times are changed in a dialog", async () => {
  const r = world.reservations.add({ starts_at: `${tomorrow()}T02:00:00.000Z`, ends_at: `${tomorrow()}T04:00:00.000Z` });
  const page = await open("/reservations");
  await page.getByRole("button", { name: "改时间" }).click();
  await page.locator("#change-until").fill("13:30");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存").waitFor();
  assert.equal(r.ends_at, `${tomorrow()}T05:30:00.000Z`);
});

test("a series says for each day whether it worked", async () => {
  const page = await open("/book");
  await wish(page);
  await page.locator("#reserve").waitFor();
  await page.locator("summary").click();
  await page.locator("#weekdays").uncheck();
  await page.locator("#reserve-series").click();
  await page.getByText("已预约", { exact: true }).first().waitFor();
  assert.ok(world.reservations.items.length >= 7);
  assert.equal(await overflow(page), 0);
});

test("without a network the page says so and keeps what it knew", async () => {
  world.reservations.add({ starts_at: inHours(3), ends_at: inHours(4) });
  const page = await open("/reservations");
  await page.locator(".reservation").waitFor();
  world.down = true;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.locator('#connection[data-phase="reconnecting"]').waitFor();
  assert.equal(await page.locator(".reservation").count(), 1);
});

test("an empty list says so, in English too", async () => {
  const page = await open("/reservations?lang=en");
  await page.getByText("No reservations yet.").waitFor();
  assert.equal(await overflow(page), 0);
});

test("a parent is led to a form that is filled already", async () => {
  const page = await newPage(browser);
  await page.goto(`${world.url}/parent#token=token-g1`);
  await page.getByRole("link", { name: "预约一个车位" }).click();
  await page.locator("#reserve").waitFor();
  assert.match(await page.locator("#garages").innerText(), /人防一号车库[\s\S]*接送学生/);
  assert.equal(await overflow(page), 0);
});
