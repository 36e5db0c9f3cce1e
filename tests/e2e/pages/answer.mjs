// Answers of the fakes. Where `ANSWERS` names a file, each one is appended to it: `page_answers.rs` compares them with our API.

import { appendFileSync, readFileSync } from "node:fs";

const FILE = process.env.ANSWERS;
const texts = new Map();

/** A new copy of `golden/NAME.json`, a body in the form of our API. */
export function golden(name, change = {}) {
  if (!texts.has(name)) texts.set(name, readFileSync(new URL(`./golden/${name}.json`, import.meta.url), "utf8"));
  return { ...JSON.parse(texts.get(name)), ...change };
}

/** Sends `[status, body, etag]` as the answer to `request`. */
export function sendAnswer(request, response, [status, body = null, etag]) {
  const { pathname } = new URL(request.url, "http://fake");
  record(`${request.method} ${pathname}`, status, body);
  const type = status < 400 ? "application/json" : "application/problem+json";
  const headers = { ...(body === null ? {} : { "content-type": type }), ...(etag ? { etag } : {}) };
  response.writeHead(status, headers).end(body === null ? undefined : JSON.stringify(body));
}

export function record(call, status, body) {
  if (FILE) appendFileSync(FILE, `${JSON.stringify({ call, status, body })}\n`);
}

export function problem(status, code, more = {}) {
  return [status, { ...golden("problem"), title: code, status, code, ...more }];
}

export async function requestBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString() || "null");
}
