// Elements without `innerHTML`: text from the network is always text. Lists keep their nodes, so that focus, an open
// dialog and a running animation survive new data.

const SVG = "http://www.w3.org/2000/svg";

// Strokes of 24 x 24 icons.
const ICONS = {
  car: "M5 16h14M4 16v-3.5l2-5.3A2 2 0 0 1 7.9 6h8.2a2 2 0 0 1 1.9 1.2l2 5.3V18M4 16v2M4.5 12h15M7.5 14.2h.01M16.5 14.2h.01",
  check: "M5 12.5l4.5 4.5L19 7.5",
  pin: "M12 21s7-6.200 7-11.500a7 7 0 0 0-14 0C5 14.800 12 21 12 21zM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  walk: "M13 4.5h.01M12 8l-2.5 5 3.5 2.5V20M9.500 13L8 20M12 8l3 3.500h2.500M12 8l-3 1.500-1 2.500",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  undo: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  warn: "M12 9v4.500M12 17h.01M10.3 4.300L2.600 17.500A2 2 0 0 0 4.300 20.500h15.400a2 2 0 0 0 1.700-3L13.700 4.300a2 2 0 0 0-3.400 0z",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4",
  offline: "M3 3l18 18M5 12.500a10 10 0 0 1 4-2.300M15.500 10.500a10 10 0 0 1 3.500 2M8.500 16a5 5 0 0 1 7 0M12 19.500h.01",
  live: "M5 12.500a10 10 0 0 1 14 0M8.500 16a5 5 0 0 1 7 0M12 19.500h.01",
  screen: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 21a7.500 7.500 0 0 1 15 0",
  door: "M6 21V4.500A1.500 1.500 0 0 1 7.500 3h9A1.500 1.500 0 0 1 18 4.500V21M3 21h18M14 12h.01",
  arrow: "M5 12h14M13 6l6 6-6 6",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500L21 21",
};

/**
 * `h("button", { class: "main", onclick: go, disabled: false }, icon("car"), "text")`.
 * An attribute that is null, undefined or false is left out; `on…` is a listener; null children are left out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A decorative icon: what it means must stand beside it as text. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] ?? "");
  svg.append(path);
  return svg;
}

/** Fills `[data-icon]` of the static page. */
export function startIcons(root = document) {
  for (const element of root.querySelectorAll("[data-icon]")) element.replaceChildren(icon(element.dataset.icon));
}

export const byId = (id) => document.getElementById(id);

/** Replaces the children of `element`. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

/**
 * Makes the children of `parent` those of `items`, in order. `render(item)` gives a node; a node is kept as it is
 * while `version(item)` is the same, replaced where it differs, and told apart by `key(item)`.
 */
export function list(parent, items, { key, version, render }) {
  const kept = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = String(key(item));
    const stamp = String(version(item));
    let node = kept.get(id);
    kept.delete(id);
    if (!node || node.dataset.version !== stamp) {
      const fresh = render(item, node);
      fresh.dataset.key = id;
      fresh.dataset.version = stamp;
      if (node) {
        if (place === node) place = fresh;
        swap(node, fresh);
      }
      node = fresh;
    }
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const gone of kept.values()) gone.remove();
}

/** The keyboard's focus stays at the same button of a replaced card, or at its first one. */
function swap(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.act : undefined;
  old.replaceWith(fresh);
  if (focused === undefined) return;
  const button = fresh.querySelector(`[data-act="${CSS.escape(focused)}"]`) ?? fresh.querySelector("button");
  button?.focus({ preventScroll: true });
}

/** A short message at the foot of the page, read out by screen readers. `kind`: `info`, `good`, `bad`. */
export function toast(text, kind = "info") {
  let tray = byId("toasts");
  if (!tray) {
    tray = h("div", { id: "toasts", role: "status", "aria-live": "polite" });
    document.body.append(tray);
  }
  const marks = { info: "bell", good: "check", bad: "warn" };
  const message = h("p", { class: `toast ${kind}` }, icon(marks[kind]), text);
  while (tray.children.length >= 3) tray.firstElementChild.remove();
  tray.append(message);
  setTimeout(() => message.remove(), kind === "bad" ? 8000 : 4000);
}

/** Asks before something that is hard to take back. Resolves to true or false. */
export function ask({ title, text, yes, no, danger = false }) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "ask", "aria-labelledby": "ask-title" },
      h("h2", { id: "ask-title" }, title),
      text ? h("p", {}, text) : null,
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", class: "plain", onclick: () => dialog.close("no") }, no),
        h("button", { type: "button", class: danger ? "danger" : "main", onclick: () => dialog.close("yes") }, yes),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
