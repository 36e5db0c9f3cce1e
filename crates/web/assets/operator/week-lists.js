// A week in lists: conflicts, windows and closures, each with the way to change it.

import { dayClock, fill, h, icon, t, byId } from "./kit.js";
import { nameOf } from "./operator-frame.js";
import { AUDIENCES } from "./share-stack.js";
import { closureWords, conflictWords, daysWords, hoursWords, ruleName } from "./share-words.js";
import { swatch } from "./svg.js";

/** `nameOfWindow(id)` and `change(id)` are given ids that may be unknown by now. */
export function drawConflicts({ windows, conflicts }, nameOfWindow, change) {
  byId("conflicts").hidden = conflicts.length === 0;
  const known = new Set(windows.map(({ id }) => id));
  const button = (id) => h("button", { type: "button", "data-focus": `conflict ${id}`, onclick: () => change(id) }, t("week.edit_named", { name: nameOfWindow(id) }));
  const line = (it) =>
    h("li", { class: `note ${it.refused ? "bad" : "warn"}` }, icon("warn"),
      h("div", { class: "grow stack-small" }, h("p", {}, conflictWords(it, nameOfWindow)), h("div", { class: "row" }, it.windows.filter((id) => known.has(id)).map(button))));
  fill(byId("conflict-list"), conflicts.map(line));
}

export function drawWindows({ windows }, pools, change) {
  const line = (window) => {
    const { rule } = window;
    const where = pools.length > 1 ? ` · ${poolName(pools, rule.pool)}` : "";
    const text = h("span", { class: "grow" },
      h("strong", {}, ruleName(rule)),
      h("span", {}, ` ${hoursWords(rule)} · ${t("week.spaces", { n: rule.quota })}${where}`),
      h("span", { class: "soft small below" }, daysWords(rule)));
    return h("li", {}, swatch(rule.audience), text, h("button", { type: "button", "data-focus": `window ${window.id}`, "aria-label": t("week.edit_named", { name: ruleName(rule) }), onclick: () => change(window.id) }, t("week.edit")));
  };
  const first = (a, b) => AUDIENCES.indexOf(a.rule.audience) - AUDIENCES.indexOf(b.rule.audience) || a.rule.start_minute - b.rule.start_minute;
  fill(byId("windows"), windows.length ? windows.toSorted(first).map(line) : h("li", { class: "empty" }, icon("clock"), t("week.no_windows")));
}

export function drawClosures({ closures }, pools, open) {
  const line = (closure) => {
    const where = pools.length > 1 ? `${closure.pool ? poolName(pools, closure.pool) : t("closure.all_pools")} · ` : "";
    const words = closureWords(closure);
    const text = h("span", { class: "grow" }, where + words, h("span", { class: "soft small below" }, t("week.entered_by", { operator: closure.operator, at: dayClock(closure.created_at) })));
    return h("li", {}, swatch("shut"), text, h("button", { type: "button", "data-focus": `closure ${closure.id}`, "aria-label": t("week.reopen_named", { what: words }), onclick: () => open(closure) }, t("week.reopen")));
  };
  fill(byId("closures"), closures.length ? closures.map(line) : h("li", { class: "soft" }, h("span", { class: "grow" }, t("week.no_closures"))));
}

function poolName(pools, id) {
  const pool = pools.find((it) => it.id === id);
  return pool ? nameOf(pool) : id;
}
