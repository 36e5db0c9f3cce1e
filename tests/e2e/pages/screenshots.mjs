// Makes the README's pictures from a running demo: BASE_URL (pages for people) and SERVER_URL (server) say where it is.
// Usage: node screenshots.mjs OUT_FOLDER

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { launch, newPage } from "./browser.mjs";

const { BASE_URL: people = "http://127.0.0.1:8800", SERVER_URL: server = "http://127.0.0.1:8801" } = process.env;
const out = process.argv[2] ?? "../../../docs/images";
const DESK = { width: 1280, height: 800 };
const HALL = { width: 1920, height: 1080 };

const browser = await launch();
await mkdir(out, { recursive: true });

const { people: persons } = await (await fetch(`${people}/demo/people`)).json();
const who = (role, pick = () => true) => persons.find((person) => person.role === role && pick(person));

async function session(person) {
  const answer = await fetch(`${people}/demo/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person_id: person.person_id }),
  });
  return (await answer.json()).token;
}

async function shoot(name, url, { viewport, wait, before } = {}) {
  const page = await newPage(browser, viewport ? { viewport } : {});
  await page.goto(url);
  if (before) await before(page);
  await page.locator(wait).first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(out, `${name}.png`) });
  await page.context().close();
  console.log(name);
}

const operator = async (page) => page.getByRole("button", { name: /演示|Demo/ }).click();
const teacher = await session(who("teacher"));
await shoot("teacher-phone", `${people}/teacher#token=${teacher}`, { wait: "#open li" });
await shoot("teacher-desktop-en", `${people}/teacher?lang=en#token=${teacher}`, { viewport: DESK, wait: "#open li" });
const parent = await session(who("guardian", (person) => person.key.endsWith("-try")));
await shoot("parent-phone", `${people}/parent#token=${parent}`, { wait: "main h2" });
const hall = await session(who("hall"));
await shoot("hall", `${people}/hall#token=${hall}`, { viewport: HALL, wait: "main li" });
await shoot("start", `${people}/`, { viewport: DESK, wait: "main a, main button" });
await shoot("spaces-phone", `${server}/spaces`, { wait: ".site" });
await shoot("spaces-desktop-en", `${server}/spaces?lang=en`, { viewport: DESK, wait: ".site" });
await shoot("operator", `${server}/operator`, { viewport: DESK, wait: ".garage", before: operator });
await shoot("operator-phone-en", `${server}/operator?lang=en`, { wait: ".garage", before: operator });
await browser.close();
