// One headless Chromium for a test file, and pages that remember what went wrong in them.

import { chromium } from "playwright-core";

const PHONE = { width: 390, height: 844 };
// Without these, Chromium calls its maker's servers, which a closed network refuses one by one.
const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ARGS });
}

/** A page in a context of its own; `page.trouble` collects console errors and uncaught exceptions. */
export async function newPage(browser, { viewport = PHONE, ...options } = {}) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.trouble = [];
  page.on("console", (message) => message.type() === "error" && page.trouble.push(`${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => page.trouble.push(String(error)));
  return page;
}

/** How many pixels of the page stick out to the right. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
