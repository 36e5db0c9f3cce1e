// One headless Chromium for a test file, and pages that remember what went wrong in them.

import { test as nodeTest } from "node:test";

import { chromium } from "playwright-core";

const PHONE = { width: 390, height: 844 };
// Without these, Chromium calls its maker's servers, which a closed network refuses one by one.
const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

// A dismissal of the demo comes round once in this time, on a busy machine. `pages.rs` waits longer.
const LONGEST_TEST_MS = 300_000;
// A machine on which many times as many processes run as it has cores still answers by then.
const PATIENCE_MS = 60_000;

/** A test with a deadline of its own, so that the report names it. */
export function test(name, body) {
  return nodeTest(name, { timeout: LONGEST_TEST_MS }, body);
}

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ARGS });
}

/** A page in a context of its own; `page.trouble` collects console errors and uncaught exceptions. */
export async function newPage(browser, { viewport = PHONE, ...options } = {}) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.trouble = [];
  page.on("console", (message) => message.type() === "error" && page.trouble.push(`${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => page.trouble.push(String(error)));
  return page;
}

/** How many pixels of the page stick out to the right. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
