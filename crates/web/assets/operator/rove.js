// Many things that can be pressed are one stop of the Tab key; arrows go from one to the next. And what had the focus has it again
// after it was drawn anew.

/** `steps` says by how many an arrow moves: `{ ArrowDown: 7 }`. Left and right, Home and End are always there. */
export function rove(root, selector, steps = {}) {
  const moves = { ArrowLeft: -1, ArrowRight: 1, ...steps };
  const all = () => [...root.querySelectorAll(selector)];
  root.addEventListener("keydown", (event) => {
    const items = all();
    const at = items.indexOf(event.target.closest(selector));
    const to = event.key === "Home" ? 0 : event.key === "End" ? items.length - 1 : at + (moves[event.key] ?? 0);
    if (at === -1 || to === at || !items[to]) return;
    event.preventDefault();
    items[to].focus();
  });
  root.addEventListener("focusin", (event) => {
    const chosen = event.target.closest(selector);
    if (chosen) only(all(), chosen);
  });
}

/** After drawing: one of them, `first` if it is there, can be reached. */
export function oneStop(root, selector, first) {
  const items = [...root.querySelectorAll(selector)];
  only(items, items.find((item) => item === document.activeElement) ?? items.find((item) => first && item.matches(first)) ?? items[0]);
}

function only(items, chosen) {
  for (const item of items) item.setAttribute("tabindex", item === chosen ? 0 : -1);
}

/** Draws; the element whose `data-focus` had the focus gets it again. */
export function keepFocus(draw) {
  const key = document.activeElement?.dataset?.focus;
  draw();
  if (key && document.activeElement?.dataset?.focus !== key) document.querySelector(`[data-focus="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
