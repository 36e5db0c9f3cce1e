// Reserve a space: where, when, which car; the answer comes while one chooses.

import "./book-words.js";
import "./reservation-words.js";
import { ApiError, byId, fill, h, icon, language, list, onLanguage, start, t, toast } from "./kit.js";
import { away, drawDone, drawLooking, drawQuote } from "./book-answer.js";
import { drawSeries, startSeries } from "./book-series.js";
import { days, dateOf, interval, lengthOf, nextQuarter, timeOf } from "./garage-time.js";
import { api, whoAmI } from "./people.js";

const DAYS = 14;
const USUAL_MS = 2 * 3_600_000;
// Typing a time is several events: the question goes out when they pause.
const PAUSE_MS = 250;
const asked = new URLSearchParams(location.search);

let garages = [];
let chosen = null;
let plates = [];
// The same wish has the same key, so that a second tap finds the first one's reservation.
let wish = { content: "", key: "" };
let quoting = 0;
let pause = null;

const audienceOf = (garage) => {
  const wanted = asked.get("audience");
  return garage.audiences.includes(wanted) ? wanted : garage.audiences[0];
};

/** What the form says, or null while something is missing. */
function form() {
  const [date, from, until, plate] = ["day", "from", "until", "plate"].map((id) => byId(id).value);
  if (chosen === null || !date || !from || !until || !plate) return null;
  const { starts_at, ends_at } = interval(date, from, until);
  const body = { audience: audienceOf(chosen), plate, starts_at, ends_at };
  return { garage: chosen.id, date, body, key: keyOf(JSON.stringify([chosen.id, body])) };
}

function keyOf(content) {
  if (wish.content !== content) wish = { content, key: crypto.randomUUID() };
  return wish.key;
}

function choose(garage) {
  chosen = garage;
  draw();
  changed();
}

function drawGarages() {
  const shown = chosen === null ? garages : [chosen];
  list(byId("garages"), shown, {
    key: ({ id }) => id,
    version: (garage) => JSON.stringify([garage, chosen?.id, language()]),
    render: garageChoice,
  });
  byId("other-garage").hidden = chosen === null || garages.length < 2;
}

function garageChoice(garage) {
  const name = language() === "en" ? garage.name_en : garage.name;
  const audience = audienceOf(garage);
  const about = [garage.address, audience === "public" ? null : t(`audience.${audience}`), garage.metres ? away(garage.metres) : null];
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "choice", "aria-pressed": String(chosen?.id === garage.id), onclick: () => choose(garage) },
      h("span", {}, h("strong", {}, name), h("span", { class: "soft small" }, about.filter(Boolean).join(" · "))),
      h("span", { class: "open number" }, openNow(garage, audience)),
    ),
  );
}

function openNow(garage, audience) {
  if (audience !== "public") return null;
  if (garage.open === null || garage.open === undefined) return h("small", { class: "soft" }, t("book.unknown"));
  return [String(garage.open), h("small", { class: "soft" }, t("book.open"))];
}

function draw() {
  document.title = t("book.title");
  byId("trouble").hidden = garages.length > 0;
  if (garages.length === 0) fill(byId("trouble"), icon("warn"), t("book.no_garages"));
  byId("form").hidden = garages.length === 0;
  drawGarages();
  byId("when").hidden = chosen === null;
  const date = byId("day").value || dateOf(nextQuarter());
  fill(byId("day"), days(DAYS).map((day) => h("option", { value: day.date }, day.text)));
  byId("day").value = date;
  const plate = byId("plate").value;
  fill(byId("plate"), plates.map((own) => h("option", { value: own.plate }, own.plate)));
  if (plate) byId("plate").value = plate;
  byId("no-plate").hidden = plates.length > 0;
  fill(byId("no-plate"), icon("warn"), h("span", {}, t("book.add_plate"), " ", h("a", { href: "/reservations#plates" }, t("book.add_plate_link"))));
}

/** The form has changed: ask again what is free. */
function changed() {
  clearTimeout(pause);
  const now = form();
  drawSeries(now);
  byId("answer").hidden = now === null;
  drawLength();
  if (now === null) return;
  drawLooking(byId("answer"));
  pause = setTimeout(() => quote(now), PAUSE_MS);
}

function drawLength() {
  const [date, from, until] = ["day", "from", "until"].map((id) => byId(id).value);
  if (!date || !from || !until) return;
  const { starts_at, ends_at, overnight } = interval(date, from, until);
  byId("length").textContent = t(overnight ? "book.overnight" : "book.length", { length: lengthOf(starts_at, ends_at) });
}

async function quote(now) {
  quoting += 1;
  const mine = quoting;
  const { audience, starts_at, ends_at } = now.body;
  const query = new URLSearchParams({ audience, starts_at, ends_at });
  try {
    const answer = await api.get(`/garages/${now.garage}/quote?${query}`);
    if (mine === quoting) show(answer, now);
  } catch (error) {
    if (mine === quoting) failed(error, now);
  }
}

function show(answer, now) {
  drawQuote(byId("answer"), answer, answer.refused ? new ApiError(answer.refused).words : "", {
    reserve: () => reserve(now, "confirm"),
    wait: () => reserve(now, "confirm_or_wait"),
    takeNext: (at) => moveTo(at, now.body),
    takeGarage: (alternative) => choose(garages.find(({ id }) => id === alternative.garage) ?? chosen),
  });
}

function failed(error, now) {
  const again = h("button", { type: "button", onclick: () => quote(now) }, t("book.ask_again"));
  fill(byId("answer"), h("p", { class: "note bad" }, icon("offline"), error.words), again);
}

/** The same length from another start. */
function moveTo(at, { starts_at, ends_at }) {
  const until = new Date(at).getTime() + (new Date(ends_at) - new Date(starts_at));
  setTime(at, until);
  changed();
}

function setTime(from, until) {
  byId("day").value = dateOf(from);
  byId("from").value = timeOf(from);
  byId("until").value = timeOf(until);
}

async function reserve(now, wished) {
  const button = byId(wished === "confirm" ? "reserve" : "wait");
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const headers = { "idempotency-key": `${now.key}-${wished}` };
    const reservation = await api.post(`/garages/${now.garage}/reservations`, { ...now.body, wish: wished }, { headers });
    done(reservation);
  } catch (error) {
    toast(error.words, "bad");
    if (error.status === 409) await quote(now);
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

function done(reservation) {
  byId("form").hidden = true;
  byId("done").hidden = false;
  drawDone(byId("done"), reservation, () => {
    wish = { content: "", key: "" };
    byId("done").hidden = true;
    byId("form").hidden = false;
    changed();
  });
  byId("done").querySelector("a").focus();
  scrollTo(0, 0);
}

async function load() {
  for (;;) {
    try {
      const wanted = asked.get("audience");
      const [shared, own] = await Promise.all([api.get(`/garages${wanted ? `?audience=${encodeURIComponent(wanted)}` : ""}`), api.get("/plates")]);
      garages = shared.garages.filter(({ audiences }) => audiences.length > 0);
      plates = own.plates;
      byId("trouble").hidden = true;
      return;
    } catch (error) {
      byId("trouble").hidden = false;
      fill(byId("trouble"), icon("offline"), error.words);
      await new Promise((again) => setTimeout(again, 3000 + Math.random() * 2000));
    }
  }
}

start();
await whoAmI();
await load();
const from = asked.get("from") ? new Date(asked.get("from")).getTime() : nextQuarter();
draw();
setTime(from, asked.get("until") ? new Date(asked.get("until")).getTime() : from + USUAL_MS);
byId("form").addEventListener("submit", (event) => event.preventDefault());
for (const id of ["day", "from", "until", "plate"]) byId(id).addEventListener("input", changed);
byId("other-garage").addEventListener("click", () => choose(null));
startSeries(form);
onLanguage(() => {
  draw();
  changed();
});
const only = garages.find(({ id }) => id === asked.get("garage"));
if (only) choose(only);
