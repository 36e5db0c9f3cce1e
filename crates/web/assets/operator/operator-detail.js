// One garage in detail: figures, lanes, correction of the count, events, dead letters, "what would the gate say".

import "./event-words.js";
import { byId, clockSeconds, dayClock, fill, h, icon, language, t, toast } from "./kit.js";
import { check, correct, page } from "./operator-api.js";
import { Inventory, trustLine } from "./operator-inventory.js";
import { Lanes } from "./operator-lanes.js";
import { isTooShort } from "./reason.js";

const TABS = ["lanes", "inventory", "correct", "events", "dead_letters", "check"];

/** Spaces that stand empty, whoever may use them now; undefined: no data. */
export function free({ capacity, occupied }) {
  if (occupied === null || occupied === undefined) return undefined;
  return Math.min(capacity, Math.max(0, capacity - occupied));
}

/** The panel beside the list. Forms are built once per garage and tab, so that typing survives new counts. */
export class Detail {
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
    this.tab = "lanes";
    this.garage = null;
    this.built = null;
    this.lanes = null;
  }

  show(garage) {
    this.garage = garage;
    if (!garage) {
      fill(this.place);
      this.built = null;
      return;
    }
    const built = [garage.id, this.tab, language()].join();
    if (this.built !== built) {
      this.built = built;
      this.build();
    }
    this.figures();
    if (this.tab === "lanes") this.lanes.show(garage);
  }

  build() {
    const { garage } = this;
    this.head = h("dl", { class: "figures" });
    this.trust = h("div");
    this.body = h("div", { class: "stack", role: "tabpanel" });
    fill(this.place, h("div", { class: "card stack" }, h("h2", {}, language() === "zh" ? garage.name : garage.name_en), this.head, this.trust), h("div", { class: "card stack" }, this.tabs(), this.body));
    const draw = { lanes: () => (this.lanes = new Lanes(this.body)), inventory: () => new Inventory(this.body, this.garage, this.changed), correct: () => this.correction(), events: () => this.log("events", event), dead_letters: () => this.log("dead-letters", letter), check: () => this.checking() };
    draw[this.tab]?.();
  }

  tabs() {
    const choose = (tab) => {
      this.tab = tab;
      this.show(this.garage);
    };
    return h(
      "div",
      { class: "tabs", role: "tablist" },
      TABS.map((tab) => h("button", { type: "button", role: "tab", "aria-selected": String(tab === this.tab), onclick: () => choose(tab) }, t(`operator.tab_${tab}`))),
    );
  }

  figures() {
    const { garage } = this;
    const none = t("operator.no_data");
    const figure = (key, value) => h("div", {}, h("dt", {}, t(`operator.${key}`)), h("dd", { class: "number" }, String(value ?? none)));
    fill(
      this.head,
      figure("free", free(garage)),
      figure("open", garage.open),
      figure("occupied", garage.occupied),
      figure("capacity", garage.capacity),
      figure("backlog", garage.gateway.backlog),
      figure("changed_at", garage.count_changed_at ? clockSeconds(garage.count_changed_at) : null),
    );
    fill(this.trust, trustLine(garage));
  }

  correction() {
    const count = h("input", { id: "correct-count", type: "number", inputmode: "numeric", min: "0", max: String(this.garage.capacity), required: true });
    const reason = h("input", { id: "correct-reason", maxlength: "200", required: true });
    const wrong = h("p", { class: "field-error", role: "alert" });
    const send = h("button", { class: "main" }, t("operator.correct_send"));
    // The same key while the same correction is tried again.
    let key = crypto.randomUUID();
    const form = h(
      "form",
      { class: "correction", novalidate: true },
      h("p", { class: "soft" }, t("operator.correct_hint")),
      h("div", { class: "field" }, h("label", { for: "correct-count" }, t("operator.correct_count")), count),
      h("div", { class: "field" }, h("label", { for: "correct-reason" }, t("operator.correct_reason")), reason),
      wrong,
      send,
    );
    form.addEventListener("submit", async (submit) => {
      submit.preventDefault();
      wrong.textContent = "";
      if (count.value === "" || isTooShort(reason)) {
        wrong.textContent = t("operator.correct_missing");
        return;
      }
      send.setAttribute("aria-busy", "true");
      try {
        const body = { occupied: Number(count.value), seen: this.garage.occupied ?? null, reason: reason.value.trim() };
        await correct(this.garage.id, body, key);
        key = crypto.randomUUID();
        form.reset();
        toast(t("operator.corrected"), "good");
        this.history();
        this.changed();
      } catch (error) {
        wrong.textContent = error.detail ? `${error.words} (${error.detail})` : error.words;
        if (error.status !== 0) key = crypto.randomUUID();
        if (error.code === "count_changed") this.changed();
      } finally {
        send.removeAttribute("aria-busy");
      }
    });
    fill(this.body, form, h("h3", {}, t("operator.corrections")), h("div", { id: "corrections" }));
    this.history();
  }

  async history() {
    const rows = await page(this.garage.id, "adjustments").catch(() => null);
    const place = byId("corrections");
    if (!place || !rows) return;
    const cells = (a) => [dayClock(a.at), `${a.before ?? "–"} → ${a.after}`, a.reason, a.operator];
    fill(place, rows.items.length ? table(["time", "change", "reason", "operator"], rows.items.map(cells)) : h("p", { class: "soft" }, t("operator.nothing")));
  }

  /** A list with pages: newest first, older ones on demand. */
  async log(what, { heads, cells }) {
    const rows = h("tbody");
    const more = h("button", { type: "button" }, t("operator.more"));
    const none = h("p", { class: "soft" }, t("operator.nothing"));
    const again = h("button", { type: "button" }, t("operator.reload"));
    let next = null;
    const load = async (first) => {
      try {
        const answer = await page(this.garage.id, what, first ? null : next);
        if (first) fill(rows);
        rows.append(...answer.items.map((item) => row(heads, cells(item))));
        next = answer.next ?? null;
      } catch (error) {
        toast(error.words, "bad");
      }
      more.hidden = !next;
      none.hidden = rows.children.length > 0;
    };
    more.hidden = true;
    none.hidden = true;
    more.addEventListener("click", () => load(false));
    again.addEventListener("click", () => load(true));
    fill(this.body, h("div", { class: "row end" }, again), h("div", { class: "table" }, h("table", {}, head(heads), rows)), none, more);
    await load(true);
  }

  checking() {
    const plate = h("input", { id: "check-plate", maxlength: "16", autocomplete: "off", placeholder: "鲁B12345" });
    const answer = h("p", { class: "note", role: "status", hidden: true });
    const form = h(
      "form",
      { class: "correction", novalidate: true },
      h("div", { class: "field" }, h("label", { for: "check-plate" }, t("operator.check_plate")), plate),
      h("button", { class: "main" }, t("operator.check_send")),
      answer,
    );
    form.addEventListener("submit", async (submit) => {
      submit.preventDefault();
      answer.hidden = false;
      try {
        const said = await check(this.garage.id, plate.value);
        answer.className = `note ${said.decision.outcome === "open" ? "good" : "warn"}`;
        fill(answer, icon(said.decision.outcome === "open" ? "check" : "warn"), `${said.plate} · ${decision(said.decision)} · ${said.display}`);
      } catch (error) {
        answer.className = "note bad";
        fill(answer, icon("warn"), error.words);
      }
    });
    fill(this.body, form);
  }
}

const decision = (d) => (d ? t(`operator.outcome_${d.outcome}`) + (d.reason ? ` · ${t(`operator.reason_${d.reason}`)}` : "") + (d.because ? ` · ${t(`operator.because_${d.because}`)}` : "") : "–");

/** What a gate reported beside the plate's text, and what is doubtful about it. */
function notes(e) {
  const { plate_color: color, class: vehicle, is_suspect: suspect } = e.vehicle ?? {};
  const facts = [color && t(`event.color_${color}`), vehicle && t(`event.class_${vehicle}`)];
  const doubts = [suspect && t("event.suspect"), e.rereads && t("event.rereads"), e.time_replaced && t("event.time_replaced"), e.time_uncertain && t("event.time_uncertain")];
  return [...facts, ...doubts].filter(Boolean).join(" · ");
}

const event = {
  heads: ["time", "lane", "kind", "plate", "confidence", "decision", "note"],
  cells: (e) => [dayClock(e.time_replaced ? e.received_at : e.occurred_at), e.lane, t(`operator.kind_${e.kind}`), e.plate ?? "–", `${e.confidence}%`, decision(e.decision) + (e.offline ? ` · ${t("operator.offline_decided")}` : ""), notes(e)],
};

const letter = {
  heads: ["time", "device", "code", "detail", "excerpt"],
  cells: (l) => [dayClock(l.received_at), l.device, t(`operator.code_${l.code}`), l.detail, h("code", {}, l.excerpt)],
};

const head = (keys) => h("thead", {}, h("tr", {}, keys.map((key) => h("th", { scope: "col" }, t(`operator.head_${key}`)))));
/** Columns of sentences: the others stay on one line, and their table scrolls inside its frame. */
const TEXTS = ["decision", "note", "detail", "excerpt", "reason"];
const row = (keys, cells) => h("tr", {}, cells.map((cell, i) => h("td", { class: TEXTS.includes(keys[i]) ? "text" : "nowrap" }, cell)));

function table(keys, rows) {
  return h("div", { class: "table" }, h("table", {}, head(keys), h("tbody", {}, rows.map((cells) => row(keys, cells)))));
}
