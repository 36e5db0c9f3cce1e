// The walk through the garage with a phone: cars are typed one by one or pasted, what would change is shown, then it is written down
// with a reason. An unfinished walk stays in this tab of the browser; elsewhere no plate is kept.

import "./inventory-words.js";
import { dayClock, fill, h, icon, t, toast } from "./kit.js";
import { field } from "./form-parts.js";
import { isTooShort } from "./reason.js";
import { page, previewWalk, writeWalk } from "./operator-api.js";


/** How far the count can be believed, in one line. */
export function trustLine({ trust }) {
  if (!trust) return null;
  const colour = { high: "good", medium: "warn", low: "bad" }[trust.level];
  const facts = [
    ...trust.doubts.map((doubt) => t(`trust.doubt_${doubt}`)),
    trust.checked_at ? t("trust.checked", { at: dayClock(trust.checked_at) }) : null,
    trust.known_until ? t("trust.until", { at: dayClock(trust.known_until) }) : null,
  ];
  return h("p", { class: "row trust", role: "status" }, h("span", { class: `pill ${colour}` }, icon(colour === "good" ? "check" : "warn"), `${t("trust.label")} ${t(`trust.${trust.level}`)}`), h("span", { class: "soft small" }, facts.filter(Boolean).join(" · ")));
}

/** What stands in the panel while this tab is chosen. */
export class Inventory {
  constructor(place, garage, changed) {
    Object.assign(this, { place, garage, changed, kept: `walk-${garage.id}` });
    this.past = h("ul", { class: "lanes" });
    this.form = h("div", { class: "stack" });
    fill(place, h("p", { class: "soft" }, t("walk.hint")), this.form, h("h3", {}, t("walk.past")), this.past);
    this.walk = JSON.parse(sessionStorage.getItem(this.kept) ?? "null");
    this.draw();
    this.history();
  }

  keep(walk) {
    this.walk = walk;
    if (walk) sessionStorage.setItem(this.kept, JSON.stringify(walk));
    else sessionStorage.removeItem(this.kept);
  }

  draw() {
    if (this.walk) return this.walking();
    const begin = () => {
      this.keep({ begun_at: new Date().toISOString(), seen: "", unread: 0 });
      this.draw();
    };
    fill(this.form, h("button", { type: "button", class: "main", onclick: begin }, t("walk.begin")));
  }

  walking() {
    const plate = h("input", { maxlength: "16", autocomplete: "off", autocapitalize: "characters", placeholder: "鲁B12345" });
    const space = h("input", { maxlength: "16", autocomplete: "off" });
    const seen = h("textarea", { rows: "6", autocomplete: "off" });
    const unread = h("input", { type: "number", inputmode: "numeric", min: "0" });
    seen.value = this.walk.seen;
    unread.value = String(this.walk.unread);
    const keep = () => this.keep({ ...this.walk, seen: seen.value, unread: Number(unread.value) || 0 });
    seen.addEventListener("input", keep);
    unread.addEventListener("input", keep);
    const one = h("form", { class: "correction", novalidate: true }, field("plate", t("walk.plate"), plate), field("space", t("walk.space"), space), h("button", {}, t("walk.add")));
    one.addEventListener("submit", (submit) => {
      submit.preventDefault();
      if (!plate.value.trim()) return;
      seen.value = `${[seen.value.trimEnd(), [plate.value.trim(), space.value.trim()].filter(Boolean).join(" ")].filter(Boolean).join("\n")}\n`;
      one.reset();
      keep();
      plate.focus();
    });
    const wrong = h("p", { class: "field-error", role: "alert" });
    const result = h("div", { class: "stack" });
    const preview = h("button", { type: "button", class: "main" }, t("walk.preview"));
    preview.addEventListener("click", () => this.preview(wrong, result, preview));
    const cancel = h("button", { type: "button", onclick: () => (this.keep(null), this.draw()) }, t("walk.cancel"));
    fill(this.form, h("p", {}, h("strong", {}, t("walk.since", { at: dayClock(this.walk.begun_at) }))), one, field("seen", t("walk.seen"), seen), field("unread", t("walk.unread"), unread), wrong, h("div", { class: "row end" }, cancel, preview), result);
  }

  async preview(wrong, result, button) {
    const body = { ...this.walk, ended_at: new Date().toISOString() };
    wrong.textContent = "";
    button.setAttribute("aria-busy", "true");
    try {
      const found = await previewWalk(this.garage.id, body);
      fill(result, changes(found), this.confirmation(body, wrong));
    } catch (error) {
      wrong.textContent = wordsOf(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  confirmation(body, wrong) {
    const reason = h("input", { maxlength: "500", required: true, autocomplete: "off" });
    const send = h("button", { class: "main" }, t("walk.send"));
    // The same key while the same walk is tried again.
    const key = crypto.randomUUID();
    const form = h("form", { class: "correction", novalidate: true }, field("reason", t("walk.reason"), reason), send);
    form.addEventListener("submit", async (submit) => {
      submit.preventDefault();
      if (isTooShort(reason)) {
        wrong.textContent = t("walk.missing");
        return;
      }
      send.setAttribute("aria-busy", "true");
      try {
        await writeWalk(this.garage.id, { ...body, reason: reason.value.trim() }, key);
        this.keep(null);
        this.draw();
        toast(t("walk.done"), "good");
        this.history();
        this.changed();
      } catch (error) {
        wrong.textContent = wordsOf(error);
      } finally {
        send.removeAttribute("aria-busy");
      }
    });
    return form;
  }

  async history() {
    const answer = await page(this.garage.id, "inventories").catch(() => null);
    if (!answer) return;
    const line = (walk) => h("li", {}, h("div", { class: "row" }, h("strong", { class: "number" }, dayClock(walk.at)), h("span", {}, t("walk.change", { before: walk.before ?? "–", after: walk.after }))), h("p", {}, t("walk.line", walk)), h("p", { class: "soft small" }, `${walk.reason} · ${walk.operator}`));
    fill(this.past, answer.items.length ? answer.items.map(line) : h("li", { class: "soft" }, t("walk.none")));
  }
}

const wordsOf = (error) => (error.detail ? `${error.words} (${error.detail})` : error.words);

function changes(found) {
  const part = (key, cars) => (cars.length ? [h("h4", {}, `${t(`walk.${key}`)} · ${cars.length}`), h("p", {}, cars.join("、"))] : []);
  const ghosts = found.ghosts.map(({ plate }) => plate ?? t("walk.unknown"));
  return h("div", { class: "note", role: "status" }, h("div", {}, h("strong", {}, t("walk.change", { before: found.before ?? "–", after: found.after })), h("p", {}, t("walk.matched", { n: found.matched })), part("opened", found.opened), part("named", found.named), part("ghosts", ghosts), part("left", found.left)));
}
