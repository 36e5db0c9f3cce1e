// One column of the hall's screen: as many names as can be read from 10 metres, the rest on further pages that turn
// by themselves. A new name is never kept waiting: its page comes at once.

import { fill, h, language, list, t } from "./kit.js";

const TURN_MS = 8000;
const FRESH_MS = 12_000;

export class Column {
  #section;
  #names;
  #items = [];
  #page = 0;
  #turnedAt = Date.now();
  #fresh = new Map();

  constructor(section) {
    this.#section = section;
    this.#names = section.querySelector(".names");
    new ResizeObserver(() => this.draw()).observe(this.#names);
  }

  /** `fresh` are the ids that have just come to this column. */
  show(items, fresh) {
    this.#items = items;
    for (const id of fresh) this.#fresh.set(id, Date.now() + FRESH_MS);
    const first = items.findIndex(({ id }) => fresh.includes(id));
    if (first >= 0) this.#turn(Math.floor(first / this.#perPage()));
    this.draw();
  }

  /** Once a second. */
  tick() {
    for (const [id, until] of this.#fresh) if (until < Date.now()) this.#fresh.delete(id);
    if (Date.now() - this.#turnedAt >= TURN_MS) this.#turn(this.#page + 1);
    this.draw();
  }

  draw() {
    const perPage = this.#perPage();
    const pages = Math.max(1, Math.ceil(this.#items.length / perPage));
    this.#page %= pages;
    const shown = this.#items.slice(this.#page * perPage, (this.#page + 1) * perPage);
    list(this.#names, shown, {
      key: ({ id }) => id,
      version: ({ id, cursor }) => `${cursor} ${this.#fresh.has(id)} ${language()}`,
      render: (arrival) => tile(arrival, this.#fresh.has(arrival.id)),
    });
    this.#section.querySelector(".count").textContent = String(this.#items.length);
    this.#section.querySelector(".none").hidden = this.#items.length > 0;
    const dots = Array.from({ length: pages }, (_, at) => h("i", { class: at === this.#page ? "here" : "" }));
    fill(this.#section.querySelector(".pages"), pages > 1 ? [...dots, h("span", {}, `${this.#page + 1} / ${pages}`)] : []);
  }

  #turn(page) {
    this.#page = page;
    this.#turnedAt = Date.now();
  }

  /** What fits, from the grid's own measures: columns of the style sheet, rows of the height that is left. */
  #perPage() {
    const style = getComputedStyle(this.#names);
    const columns = style.gridTemplateColumns.split(" ").length;
    const row = parseFloat(style.getPropertyValue("grid-auto-rows")) || 100;
    const gap = parseFloat(style.rowGap) || 0;
    const rows = Math.floor((this.#names.clientHeight + gap) / (row + gap));
    return Math.max(1, rows) * Math.max(1, columns);
  }
}

function tile({ id, pupil, class_name, order, at_gate, phase }, fresh) {
  const atGate = at_gate && phase === "waiting";
  return h(
    "li",
    { class: [fresh && "fresh", atGate && "gate"].filter(Boolean).join(" "), "data-id": id },
    h("strong", { class: "pupil" }, pupil),
    atGate ? h("span", { class: "at-gate" }, t("phase.at_gate")) : null,
    h("span", { class: "class" }, class_name),
    h("span", { class: "order number", "aria-label": t("hall.order", { n: order }) }, order),
  );
}
