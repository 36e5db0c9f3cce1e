// The operator's calls about what is shared: windows, closures, the calendar, reservations, blocks.

import { call, exchange } from "./operator-api.js";

const at = (garage, rest) => `/garages/${encodeURIComponent(garage)}/${rest}`;
const one = (garage, what, id) => at(garage, `${what}/${encodeURIComponent(id)}`);
const keyed = (key) => ({ "idempotency-key": key });
const seen = (etag) => ({ "if-match": etag });

export const openings = (garage, from, to) => call("GET", at(garage, `openings?from=${from}&to=${to}`));
export const windows = (garage) => call("GET", at(garage, "windows"));
export const closures = (garage) => call("GET", at(garage, "closures"));

/** `rule` is null for the end of `id`; `id` is undefined for a new window. */
export const previewWindow = (garage, id, rule) =>
  call("POST", at(garage, "windows/preview"), { ...(id ? { window: id } : {}), ...(rule ? { rule } : {}) });
export const addWindow = (garage, rule, key, affected) => call("POST", at(garage, `windows?affected=${affected}`), rule, keyed(key));
export const changeWindow = (garage, { id, etag }, rule, affected) =>
  call("PUT", `${one(garage, "windows", id)}?affected=${affected}`, rule, seen(etag));
export const endWindow = (garage, { id, etag }, affected) =>
  call("DELETE", `${one(garage, "windows", id)}?affected=${affected}`, undefined, seen(etag));

export const previewClosure = (garage, closure) => call("POST", at(garage, "closures/preview"), closure);
export const addClosure = (garage, closure, key, affected) => call("POST", at(garage, `closures?affected=${affected}`), closure, keyed(key));
export const endClosure = (garage, id, affected) => call("DELETE", `${one(garage, "closures", id)}?affected=${affected}`);

/** `{ json, etag }`: a change names the tag of what was read. */
export const sharingRules = (garage) => exchange("GET", at(garage, "sharing-rules"));
export const putSharingRules = (garage, rules, etag) => call("PUT", at(garage, "sharing-rules"), rules, seen(etag));

export const schools = () => call("GET", "/schools");
export const days = (garage, from, to) => call("GET", at(garage, `calendar?from=${from}&to=${to}`));
/** `{ json, etag }`: a change names the tag of what was read. */
export const schoolCalendar = (school) => exchange("GET", `/schools/${encodeURIComponent(school)}/calendar`);
export const putSchoolCalendar = (school, calendar, etag) => exchange("PUT", `/schools/${encodeURIComponent(school)}/calendar`, calendar, seen(etag));

export const timeline = (garage, day) => call("GET", at(garage, `timeline?day=${day}`));
/** Without a time: by the next beginning of pickup. */
export const clearing = (garage, by) => call("GET", at(garage, by ? `clearing?by=${encodeURIComponent(by)}` : "clearing"));
export const reserve = (garage, reservation, key) => call("POST", at(garage, "reservations"), reservation, keyed(key));
export const actOn = (garage, { id, changed_at }, act) => call("POST", `${one(garage, "reservations", id)}/acts`, { act }, seen(`"${changed_at}"`));
export const changeTimes = (garage, { id, changed_at }, change) => call("PATCH", one(garage, "reservations", id), change, seen(`"${changed_at}"`));

export const blocks = (garage) => call("GET", at(garage, "blocks"));
export const addBlock = (garage, block) => call("POST", at(garage, "blocks"), block);
export const liftBlock = (garage, id, reason) => call("DELETE", one(garage, "blocks", id), { reason });
export const liftStrike = (garage, id, reason) => call("POST", `${one(garage, "strikes", id)}/lift`, { reason });
