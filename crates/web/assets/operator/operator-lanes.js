// The lanes of a garage with their devices and alarms; a barrier opened from afar: who waits before it, the form with its reason, the state
// of the lane's last order, who has opened what, when and why; and the marked message shapes.

import "./lane-words.js";
import "./open-words.js";
import "./reservation-words.js";
import { dayClock, fill, h, icon, knows, list, now, span, t } from "./kit.js";
import { field } from "./form-parts.js";
import { formDialog } from "./dialog-form.js";
import { gatewayAlarm, laneAlarm, markedShape } from "./lane-alarm.js";
import { orderOpen, page } from "./operator-api.js";
import { isTooShort } from "./reason.js";
import { surePlate, waitingCar } from "./waiting-car.js";

const SHOWN = 20;
/** While an order is on its way, one wants to see it arrive. */
const FOLLOW_MS = 700;
/** A lane shows what became of its last order for so long. */
const RECENT_MS = 5 * 60_000;
/** Another operator's marks are seen after so long; one's own at once. */
const MARKS_MS = 30_000;

const HEALTH = { online: ["good", "live"], offline: ["bad", "offline"], never_seen: ["warn", "clock"] };
/** A clock that is wrong by less disturbs nobody. */
const CLOCK_OFF_MS = 5_000;

const STATES = {
  waiting: ["accent", "clock"],
  taken: ["accent", "clock"],
  opened: ["good", "check"],
  refused: ["bad", "warn"],
  expired: ["bad", "warn"],
  unknown: ["warn", "warn"],
  unconfirmed: ["warn", "warn"],
  fire_ended: ["good", "check"],
};

/** What stands in the panel while this tab is chosen; `show` is called with each new state of the garage. */
export class Lanes {
  constructor(place) {
    this.place = place;
    this.orders = null;
    this.waiting = [];
    this.later = null;
    this.marks = null;
    this.marksAt = 0;
    this.alarms = h("ul", { class: "alarms" });
    this.lanes = h("ul", { class: "lanes" });
    this.stale = h("p", { class: "note bad", role: "status", hidden: true });
    this.history = h("ul", { class: "lanes" });
    this.shapes = h("ul", { class: "marks" });
    fill(place, this.stale, this.alarms, this.lanes, h("h3", {}, t("open.history")), this.history, h("h3", {}, t("shape.marked")), this.shapes);
  }

  /** False once another tab or garage has taken the place. */
  get isShown() {
    return this.lanes.isConnected;
  }

  show(garage) {
    this.garage = garage;
    this.draw();
    this.ask();
  }

  async ask() {
    clearTimeout(this.later);
    const due = Date.now() - this.marksAt > MARKS_MS;
    const asked = ["open-orders", "waiting-cars", ...(due ? ["no-reading-shapes"] : [])].map((what) => page(this.garage.id, what).catch(() => null));
    const [orders, waiting, marks] = await Promise.all(asked);
    if (!this.isShown) return;
    if (orders) this.orders = orders.items;
    if (marks) [this.marks, this.marksAt] = [marks.items, Date.now()];
    // Who stood there a while ago may be gone.
    this.waiting = waiting?.items ?? [];
    this.draw();
    if (this.orders?.some(isOnItsWay)) this.later = setTimeout(() => this.isShown && this.ask(), FOLLOW_MS);
  }

  /** After an answer to an alarm. */
  changed() {
    this.marksAt = 0;
    this.ask();
  }

  draw() {
    const { garage } = this;
    this.stale.hidden = garage.gateway.health === "online";
    fill(this.stale, icon("offline"), h("span", {}, staleWords(garage)));
    const stale = this.stale.hidden ? null : this.stale.textContent;
    list(this.alarms, garage.gateway.alarms ?? [], {
      key: (alarm) => alarm.kind,
      version: (alarm) => JSON.stringify([alarm, this.lastFireEnd(), stale]),
      render: (alarm) => h("li", {}, gatewayAlarm(garage, alarm, { order: this.fireEndWords(), changed: () => this.changed() })),
    });
    this.alarms.hidden = !garage.gateway.alarms?.length;
    list(this.lanes, garage.lanes, {
      key: (lane) => lane.id,
      version: (lane) => JSON.stringify([lane, this.last(lane)?.state, this.last(lane)?.id, this.car(lane), this.marksOf(lane), this.lastFireEnd(lane), stale]),
      render: (lane) => this.lane(lane),
    });
    this.drawLists();
  }

  drawLists() {
    const { garage } = this;
    if (this.marks) {
      list(this.shapes, this.marks.length ? this.marks : [null], {
        key: (mark) => (mark ? `${mark.device} ${mark.shape}` : "none"),
        version: (mark) => JSON.stringify([mark, garage.lanes.map(({ name }) => name)]),
        render: (mark) => (mark ? markedShape(garage, mark, () => this.changed()) : h("li", { class: "soft" }, t("shape.none"))),
      });
    }
    if (!this.orders) return;
    list(this.history, this.orders.length ? this.orders.slice(0, SHOWN) : [null], {
      key: (order) => order?.id ?? "none",
      version: (order) => JSON.stringify([order, garage.lanes.map(({ name }) => name)]),
      render: (order) => (order ? this.past(order) : h("li", { class: "soft" }, t("open.none"))),
    });
  }

  /** The lane's latest order, as long as it is news. */
  last(lane) {
    const order = this.orders?.find((it) => it.lane === lane.id && it.action !== "end_fire");
    return order && now() - Date.parse(order.made_at) < RECENT_MS ? order : null;
  }

  /** The latest order to end the fire alarm of the garage, or of a lane, as long as it is news. */
  lastFireEnd(lane = null) {
    const order = this.orders?.find((it) => it.action === "end_fire" && (it.lane ?? null) === (lane?.id ?? null));
    return order && now() - Date.parse(order.made_at) < RECENT_MS ? order : null;
  }

  fireEndWords(lane = null) {
    const order = this.lastFireEnd(lane);
    return order ? [t("fire.order", { at: dayClock(order.made_at), state: t(`fire.short_${order.state}`) }), causeWords(order)].filter(Boolean).join(" · ") : null;
  }

  marksOf(lane) {
    return (this.marks ?? []).filter(({ device }) => device === lane.device);
  }

  /** Who waits in this lane. */
  car(lane) {
    return this.waiting.find((it) => it.lane === lane.id);
  }

  lane(lane) {
    const [colour, mark] = HEALTH[lane.health];
    const facts = [
      lane.last_seen_at ? t("open.last_seen", { at: dayClock(lane.last_seen_at) }) : null,
      lane.pending_events ? t("open.pending", { n: lane.pending_events }) : null,
      lane.make === "native" ? t("lane.make_native") : (lane.make_title ?? lane.make),
      lane.firmware,
      lane.quirks.length ? t("lane.quirks", { list: lane.quirks.map(quirkWord).join(t("lane.and")) }) : null,
    ];
    const pills = [
      h("span", { class: "pill" }, t(`operator.direction_${lane.direction}`)),
      h("span", { class: `pill ${colour}` }, icon(mark), t(`operator.health_${lane.health}`)),
      lane.stuck_since ? h("span", { class: "pill bad" }, icon("car"), t("open.stuck", { at: dayClock(lane.stuck_since) })) : null,
      lane.held_open_since ? h("span", { class: "pill warn" }, icon("door"), t("open.held_open", { at: dayClock(lane.held_open_since) })) : null,
      clockPill(lane.clock_ahead_ms),
    ];
    const last = this.last(lane);
    const car = this.car(lane);
    return h(
      "li",
      {},
      h(
        "div",
        { class: "lane" },
        h(
          "div",
          { class: "grow" },
          h("div", { class: "row" }, h("strong", {}, lane.name), ...pills),
          h("p", { class: "soft small" }, facts.filter(Boolean).join(" · ")),
        ),
        h("button", { type: "button", class: "main", "data-act": "open", "aria-label": t("open.title", { lane: lane.name }), onclick: () => this.form(lane, surePlate(this.car(lane))) }, icon("door"), t("open.open")),
      ),
      car ? waitingCar(car, (plate) => this.form(lane, plate)) : null,
      (lane.alarms ?? []).map((alarm) => laneAlarm(this.garage, lane, alarm, { mark: this.marksOf(lane).find(({ shape }) => shape === alarm.shape?.id), order: this.fireEndWords(lane), changed: () => this.changed() })),
      last ? h("p", { class: `note ${STATES[stateOf(last)][0]}`, role: "status" }, icon(STATES[stateOf(last)][1]), h("span", {}, stateWords(last))) : null,
    );
  }

  past(order) {
    const lane = this.garage.lanes.find(({ id }) => id === order.lane);
    const [colour, mark] = STATES[stateOf(order)];
    return h(
      "li",
      {},
      h("div", { class: "row" }, h("strong", { class: "number" }, dayClock(order.made_at)), h("span", {}, pastWords(order, lane)), h("span", { class: `pill ${colour}` }, icon(mark), t(`${order.action === "end_fire" ? "fire" : "open"}.short_${stateOf(order)}`))),
      h("p", {}, order.operator ? order.reason : t("open.scanned"), order.plate ? [" ", h("span", { class: "pill number" }, order.plate)] : null),
      h("p", { class: "soft small" }, [order.operator ?? t("open.driver"), causeWords(order)].filter(Boolean).join(" · ")),
    );
  }

  /** `plate`: whom the car is taken for so far. */
  form(lane, plate) {
    const { garage } = this;
    const doubt = [
      garage.gateway.health === "online" ? null : warning(staleWords(garage)),
      lane.health === "offline" ? warning(t("open.device_offline")) : null,
    ];
    // The same key while the same order is tried again.
    let key = crypto.randomUUID();
    formDialog({
      title: t("open.title", { lane: lane.name }),
      content: [
        doubt,
        field("reason", t("open.reason"), h("input", { name: "reason", maxlength: 200, required: true, autocomplete: "off" }), t("open.hint")),
        field("plate", t("open.plate"), h("input", { name: "plate", maxlength: 16, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", value: plate }), t("open.plate_hint")),
      ].flat().filter(Boolean),
      yes: t("open.send"),
      check: ({ reason }) => (isTooShort(reason) ? ["reason", t("open.missing_reason")] : null),
      send: async ({ reason, plate: named }) => {
        const order = { lane: lane.id, reason: reason.value.trim(), ...(named.value.trim() ? { plate: named.value.trim() } : {}) };
        try {
          await orderOpen(garage.id, order, key);
        } catch (error) {
          if (error.status !== 0) key = crypto.randomUUID();
          throw error;
        }
        this.ask();
      },
    });
  }
}

function clockPill(ahead) {
  if (ahead === null || Math.abs(ahead) < CLOCK_OFF_MS) return null;
  return h("span", { class: "pill warn" }, icon("clock"), t(ahead > 0 ? "lane.clock_ahead" : "lane.clock_behind", { span: span(Math.abs(ahead)) }));
}

const quirkWord = (quirk) => t(knows(`lane.quirk_${quirk}`) ? `lane.quirk_${quirk}` : "lane.quirk_other");

const isOnItsWay = ({ state }) => state === "waiting" || state === "taken";

const warning = (text) => h("p", { class: "note bad" }, icon("offline"), h("span", {}, text));

function staleWords({ gateway }) {
  const seen = gateway.last_seen_at;
  return seen ? t("open.stale", { span: span(now() - Date.parse(seen)) }) : t("open.never_seen");
}

/** What an order of the list is about. */
function pastWords(order, lane) {
  const name = lane?.name ?? order.lane;
  if (order.action !== "end_fire") return name;
  return name ? t("fire.end_of", { lane: name }) : t("fire.end");
}

/** A device that was asked and has not answered may have opened. */
const stateOf = ({ state, cause }) => (cause === "device_failed" ? "unconfirmed" : state);

const causeWords = (order) => (order.cause && stateOf(order) === order.state ? t(`open.cause_${order.cause}`) : null);

const stateWords = (order) => [t(`open.state_${stateOf(order)}`), causeWords(order)].filter(Boolean).join(" ");
