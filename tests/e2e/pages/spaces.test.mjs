// The drivers' page, against the stand-in: hours in words, what is not known, and an outage.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { launch, newPage, overflow, test } from "./browser.mjs";
import { noData, site, startFeed } from "./fake-feed.mjs";

const SMALL = { width: 360, height: 740 };
const HOURS = [
  ["24/7", ["每天 全天"], ["Daily all day"]],
  ["off", ["近期不对外开放"], ["Not open to the public in the coming weeks"]],
  ["Mo-Su 18:00-07:30", ["每天 18:00–次日07:30"], ["Daily 18:00–07:30 next day"]],
  ["2026 Sep 02-2027 Jan 31 Mo-Fr 18:00-07:30", ["周一至周五 18:00–次日07:30"], ["Mon–Fri 18:00–07:30 next day"]],
  ["2026 Sep 02-2026 Dec 31 Mo-Th 18:00-07:30, 2026 Sep 04-2026 Dec 31 Fr 18:00-24:00, 2026 Sep 05-2026 Dec 27 Sa-Su 00:00-24:00",
    ["周一至周四 18:00–次日07:30", "周五 18:00–24:00", "周六、周日 全天"], ["Mon–Thu 18:00–07:30 next day", "Fri 18:00–24:00", "Sat, Sun all day"]],
  ["2026 Aug 31-2026 Sep 24,2026 Sep 28-30,2026 Oct 08-2026 Dec 31 Mo-Fr 18:00-07:30, 2026 Sep 20,2026 Oct 10 18:00-07:30",
    ["周一至周五 18:00–次日07:30", "9月20日 18:00–次日07:30", "9月25日 不开放", "10月1日至7日 不开放", "其余日期另有调整"],
    ["Mon–Fri 18:00–07:30 next day", "Sep 20 18:00–07:30 next day", "Sep 25 closed", "Oct 1–7 closed", "Other dates differ, too"]],
  ["2026 Sep 02-2026 Dec 31 Mo-Fr 07:30-08:30,12:00-13:00", ["周一至周五 07:30–08:30、12:00–13:00"], ["Mon–Fri 07:30–08:30, 12:00–13:00"]],
  ["a text that we never write", ["开放时间以现场公告为准"], ["Opening hours: see the sign at the garage"]],
];

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function open(world, { lang = "zh", at = "2026-09-15T12:00:00+08:00" } = {}) {
  const page = await newPage(browser, { viewport: SMALL });
  await page.clock.install({ time: new Date(at) });
  await page.goto(`${world.url}/spaces?lang=${lang}`);
  await page.locator(".site").first().waitFor();
  return page;
}

const linesOf = (page, n) => page.locator(".site").nth(n).locator(".hours li").allTextContents();

test("opening hours are words in both languages, merged by weekday", async () => {
  const world = await startFeed({ sites: HOURS.map(([opening_hours]) => site({ opening_hours })) });
  for (const lang of ["zh", "en"]) {
    const page = await open(world, { lang });
    for (const [n, [text, zh, en]] of HOURS.entries()) {
      assert.deepEqual(await linesOf(page, n), lang === "zh" ? zh : en, text);
    }
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(page.trouble, []);
  }
  await world.close();
});

test("what is not known is not said, and no data is not 0", async () => {
  const world = await startFeed({ sites: [site(noData), site({ has_fee: false, max_height: 210, phone: "+86 532 8888 0000" }), site({ has_fee: true, fee_description: "首小时免费" })] });
  world.source = { attribution_license: "CC BY 4.0", attribution_contributor: "区停车公司" };
  const page = await open(world);
  const card = (n) => page.locator(".site").nth(n);
  await card(0).getByText("暂无数据").waitFor();
  assert.equal(await card(0).getByText(/免费|收费/).count(), 0);
  await card(1).getByText("免费 · 限高 2.1 米").waitFor();
  assert.equal(await card(1).locator("a").getAttribute("href"), "tel:+8653288880000");
  await card(2).getByText("收费 · 首小时免费").waitFor();
  await page.getByText("数据来源：区停车公司 · 许可：CC BY 4.0").waitFor();
  await world.close();
});

test("without a connection for longer than a count is good for, there is no data", async () => {
  const world = await startFeed({ sites: [site()] });
  const page = await open(world);
  await page.getByText("共 107 个").waitFor();
  await page.context().setOffline(true);
  await page.clock.fastForward("02:00");
  await page.getByText("网络不通").waitFor();
  assert.equal(await page.getByText("共 107 个").count(), 1);
  await page.clock.fastForward("01:10");
  await page.getByText("暂无数据").waitFor();
  assert.equal(await page.getByText("共 107 个").count(), 0);
  await world.close();
});
