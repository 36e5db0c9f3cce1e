// The line at the foot of the console's pages: the server's version and revision.

import { fill, h, onLanguage, t, words } from "./kit.js";

const foot = h("footer", { class: "build", hidden: true });
let shown = null;

/** `build` is `{version, revision}`, or nothing from an older server. */
export function showBuild(build) {
  shown = build ?? null;
  draw();
}

function draw() {
  foot.hidden = shown === null;
  if (shown) fill(foot, t("build.line", shown));
}

export function startBuild() {
  document.body.append(foot);
  onLanguage(draw);
}

words({
  zh: { "build.line": "服务器版本 {version}，修订 {revision}" },
  en: { "build.line": "Server version {version}, revision {revision}" },
});
