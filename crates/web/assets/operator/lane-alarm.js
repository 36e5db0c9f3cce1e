// Alarms of lanes and of the gateway: what is wrong, since when, what to do; and their answers: a message shape that is marked as no
// reading, and the end of a fire alarm that no fire input asserts.

import { dayClock, h, icon, knows, now, span, t } from "./kit.js";
import { field } from "./form-parts.js";
import { formDialog } from "./dialog-form.js";
import { endFire, markShape, unmarkShape } from "./operator-api.js";

const LEAST_REASON = 2;

/** What may hold a car at the barrier is red; the rest is yellow. */
const BAD = ["fire_at_lane", "did_not_open", "not_understood", "device_unreachable", "unknown_channel", "fire", "clock_untrusted"];

export const alarmColour = (kind) => (BAD.includes(kind) ? "bad" : "warn");

/** Plain words for a kind; a kind of a newer gateway is "another alarm". */
export const alarmWord = (kind) => word("alarm.kind", kind);

const word = (stem, kind) => t(knows(`${stem}_${kind}`) ? `${stem}_${kind}` : `${stem}_other`);

/** One alarm of a lane. `mark` is the mark of its shape, if it has one; `order` is the latest order to end its fire, as words; `changed()` is
 * called after an answer. */
export function laneAlarm(garage, lane, alarm, { mark, order, changed }) {
  const times = t(alarm.count > 1 ? "alarm.times" : "alarm.once", { since: dayClock(alarm.since), last: dayClock(alarm.last_at), n: alarm.count });
  const answer = laneAnswer(garage, lane, alarm, { mark, order, changed });
  // What a message that is not understood does at the barrier depends on the direction.
  const advice = alarm.kind === "not_understood" ? `not_understood_${lane.direction}` : alarm.kind;
  return note(alarm, advice, [times, asOf(garage)], answer);
}

/** One alarm of the whole garage. `order` is the latest order to end a fire alarm, as words. */
export function gatewayAlarm(garage, alarm, { order, changed }) {
  const since = t("alarm.since", { since: dayClock(alarm.since) });
  const again = alarm.last_at && alarm.last_at !== alarm.since ? t("alarm.last", { last: dayClock(alarm.last_at) }) : null;
  return note(alarm, alarm.kind, [since, again, asOf(garage)], alarm.kind === "fire" ? fireAnswer(garage, alarm, { order, changed }) : null);
}

/** What operators have marked, with the way back. */
export function markedShape(garage, mark, changed) {
  const device = garage.lanes.find((lane) => lane.device === mark.device)?.name ?? mark.device;
  return h(
    "li",
    { class: "lane" },
    h(
      "div",
      { class: "grow" },
      h("p", {}, h("strong", {}, device), " ", h("code", {}, mark.summary)),
      h("p", { class: "soft small" }, [mark.reason, mark.operator, dayClock(mark.marked_at)].join(" · ")),
    ),
    h("button", { type: "button", "data-act": `unmark ${mark.shape}`, "aria-label": t("shape.unmark_of", { summary: mark.summary }), onclick: () => unmarkForm(garage, mark, changed) }, icon("undo"), t("shape.unmark")),
  );
}

function note(alarm, advice, facts, answer) {
  return h(
    "div",
    { class: `note alarm ${alarmColour(alarm.kind)}`, role: "status" },
    icon("warn"),
    h(
      "div",
      { class: "stack" },
      h("p", {}, h("strong", {}, alarmWord(alarm.kind)), ` ${word("alarm.do", advice)}`),
      alarm.detail ? h("p", { class: "small detail", lang: "en" }, alarm.detail) : null,
      h("p", { class: "small" }, facts.filter(Boolean).join(" · ")),
      answer,
    ),
  );
}

/** A silent gateway's alarms are those of its last report. */
function asOf({ gateway }) {
  if (gateway.health === "online" || !gateway.last_seen_at) return null;
  return t("alarm.as_of", { span: span(now() - Date.parse(gateway.last_seen_at)) });
}

function shapeAnswer(garage, lane, shape, mark, changed) {
  const summary = h("p", { class: "small" }, `${t("shape.summary")} `, h("code", {}, shape.summary));
  if (mark) return [summary, h("p", { class: "small" }, t("shape.marked_already"))];
  if (shape.resembles_reading) return [summary, h("p", { class: "small" }, t("shape.resembles_reading"))];
  const button = h("button", { type: "button", "data-act": `mark ${shape.id}`, onclick: () => markForm(garage, lane, shape, changed) }, icon("check"), t("shape.mark"));
  return [summary, h("div", { class: "row" }, button)];
}

function laneAnswer(garage, lane, alarm, { mark, order, changed }) {
  if (alarm.kind === "fire_at_lane") return fireAnswer(garage, alarm, { lane, order, changed });
  return alarm.kind === "not_understood" && alarm.shape ? shapeAnswer(garage, lane, alarm.shape, mark, changed) : null;
}

function markForm(garage, lane, shape, changed) {
  formDialog({
    title: t("shape.title", { lane: lane.name }),
    content: [
      h("p", {}, t("shape.explain")),
      h("p", { class: "small" }, h("code", {}, shape.summary)),
      reasonField(t("shape.reason_hint")),
    ],
    yes: t("shape.send"),
    check: reasonCheck,
    send: async ({ reason }) => {
      await markShape(garage.id, { device: lane.device, shape: shape.id, summary: shape.summary, reason: reason.value.trim() });
      changed();
      return t("shape.done");
    },
  });
}

function unmarkForm(garage, mark, changed) {
  formDialog({
    title: t("shape.unmark_title"),
    content: [h("p", {}, t("shape.unmark_explain")), h("p", { class: "small" }, h("code", {}, mark.summary))],
    yes: t("shape.unmark"),
    send: async () => {
      await unmarkShape(garage.id, mark);
      changed();
      return t("shape.unmarked");
    },
  });
}

/** `lane`: whose fire it is; absent: the whole garage's. `only_pulses` is the old name of "may be ended". */
function fireAnswer(garage, alarm, { lane, order, changed }) {
  const state = order ? h("p", { class: "small" }, order) : null;
  if (!lane && !alarm.only_pulses) return [h("p", { class: "small" }, inputOnWords(garage, alarm)), state];
  const act = lane ? `end-fire ${lane.id}` : "end-fire";
  const button = h("button", { type: "button", "data-act": act, onclick: () => fireForm(garage, alarm, lane, changed) }, icon("check"), t("fire.end"));
  return [state, h("div", { class: "row" }, button)];
}

/** Which inputs are on, as far as the gateway reports it. */
function inputOnWords(garage, alarm) {
  const name = (device) => garage.lanes.find((lane) => lane.device === device)?.name ?? device;
  const inputs = (alarm.asserted_by ?? []).map(name);
  return inputs.length ? t("fire.inputs_on", { inputs: inputs.join(t("fire.and")) }) : t("fire.input_on");
}

/** The end holds for the reports that stood on this screen: `through` stays while the form is open. */
function fireForm(garage, alarm, lane, changed) {
  const through = alarm.last_at ?? alarm.since;
  // The same key while the same order is tried again.
  let key = crypto.randomUUID();
  formDialog({
    title: lane ? t("fire.end_of", { lane: lane.name }) : t("fire.end"),
    content: [
      h("p", { class: "note bad" }, icon("warn"), h("span", {}, t("fire.confirm"))),
      h("p", {}, t("fire.explain")),
      reasonField(t("fire.reason_hint")),
    ],
    yes: t("fire.send"),
    check: reasonCheck,
    explain: ({ code }) => (code === "order_waiting" ? t("fire.order_waiting") : null),
    send: async ({ reason }) => {
      try {
        await endFire(garage.id, { through, reason: reason.value.trim(), ...(lane ? { lane: lane.id } : {}) }, key);
      } catch (error) {
        if (error.status !== 0) key = crypto.randomUUID();
        throw error;
      }
      changed();
    },
  });
}

const reasonField = (hint) => field("reason", t("open.reason"), h("input", { name: "reason", maxlength: 200, required: true, autocomplete: "off" }), hint);

const reasonCheck = ({ reason }) => (reason.value.trim().length < LEAST_REASON ? ["reason", t("open.missing_reason")] : null);
