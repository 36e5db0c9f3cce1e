// Drawings by hand: SVG elements, areas that change in steps, and the patterns by which audiences can be told apart without
// colours. Text sizes are in pixels of the screen: a drawing is made again when its frame gets another width.

const SVG = "http://www.w3.org/2000/svg";

/** Like `h`, for SVG; `on…` is a listener, null attributes and children are left out. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The outline of steps `{ x0, x1, y0, y1 }` that follow each other: along their upper edges and back along the lower ones. */
export function stepArea(steps) {
  const upper = steps.flatMap(({ x0, x1, y1 }) => [`${x0},${y1}`, `${x1},${y1}`]);
  const lower = steps.toReversed().flatMap(({ x0, x1, y0 }) => [`${x1},${y0}`, `${x0},${y0}`]);
  return `M${[...upper, ...lower].join("L")}Z`;
}

/** A line in steps through `[x, y]`; each value holds until the next one, the last until `end`. */
export function stepLine(points, end) {
  const parts = points.flatMap(([x, y], n) => [`${x},${y}`, `${points[n + 1]?.[0] ?? end},${y}`]);
  return `M${parts.join("L")}`;
}

/** A part of a drawing that can be clicked, and reached and pressed with the keyboard. */
export function press(label, act, attributes, ...children) {
  const key = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  };
  return svg("g", { role: "button", tabindex: 0, "aria-label": label, onclick: act, onkeydown: key, ...attributes }, svg("title", {}, label), ...children);
}

const line = (d) => svg("path", { d });
const dot = (cx, cy) => svg("circle", { cx, cy, r: 1.5 });

const PATTERNS = {
  pickup: [10, []],
  staff: [10, [line("M-2,2L2,-2M0,10L10,0M8,12L12,8")]],
  resident: [9, [dot(2, 2), dot(6.5, 6.5)]],
  public: [8, [line("M0,4L8,4")]],
  shut: [8, [line("M0,0L8,8M8,0L0,8")]],
  lock: [7, [line("M0,0L7,7M-1,6L1,8M6,-1L8,1")]],
  kept: [8, [line("M4,0L4,8")]],
};

/** Once per page: what `fill="url(#staff)"` means. Colours come from the style sheet by the pattern's class. */
export function definePatterns() {
  const pattern = ([name, [size, marks]]) =>
    svg("pattern", { id: name, class: `weave ${name}`, width: size, height: size, patternUnits: "userSpaceOnUse" }, svg("rect", { width: size, height: size }), marks);
  document.body.append(svg("svg", { class: "patterns", "aria-hidden": "true", width: 0, height: 0 }, svg("defs", {}, Object.entries(PATTERNS).map(pattern))));
}

/** A small square with the pattern, for a legend. */
export const swatch = (name) =>
  svg("svg", { class: "swatch", viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("rect", { x: 1, y: 1, width: 18, height: 18, rx: 3, fill: `url(#${name})`, class: `edge ${name}` }));

/** Calls `draw(width)` now and whenever the frame of `element` has another width. */
export function onWidth(element, draw) {
  let last = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.floor(contentRect.width);
    if (width === 0 || width === last) return;
    last = width;
    draw(width);
  }).observe(element);
}
