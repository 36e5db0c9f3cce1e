// The files of the pages as a process serves them (`crates/web`): a page at the path of its name, another file at `/assets/NAME`.

import { readFile } from "node:fs/promises";

const ASSETS = new URL("../../../crates/web/assets/", import.meta.url);
const TYPES = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };

/** Whether a process serves a page or a file of one at `path`. */
export const isAsset = (path) => !/^\/(api|demo)\//.test(path);

/** Sends what the process of `folder` (`people` or `operator`) serves at `path`. */
export async function sendAsset(folder, path, response) {
  const name = fileName(path);
  const body = (await read(`${folder}/${name}`)) ?? (await read(`kit/${name}`));
  if (body === null) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": `${TYPES[name.split(".").pop()]}; charset=utf-8`,
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
      "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  }).end(body);
}

function fileName(path) {
  if (path.startsWith("/assets/")) return path.slice("/assets/".length);
  return path === "/" ? "index.html" : `${path.slice(1).replaceAll("/", "-")}.html`;
}

const read = (name) => readFile(new URL(name, ASSETS)).catch(() => null);
