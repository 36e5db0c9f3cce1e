// Alarms of lanes and of the gateway as the console's fake server has them, and the message shapes that operators mark.

import { golden } from "./answer.mjs";

export class Alarms {
  marks = [];

  constructor(now) {
    this.now = now;
  }

  /** Minutes before the fake's moment. */
  before(minutes) {
    return new Date(Date.parse(this.now) - minutes * 60_000).toISOString();
  }

  /** An alarm at a lane; a `not_understood` one has a shape. */
  raise(garage, lane, kind, change = {}) {
    const { shape, ...plain } = golden("lane_alarm", { kind, since: this.before(20), last_at: this.before(1) });
    const alarm = { ...plain, ...change, ...(kind === "not_understood" ? { shape: { ...shape, ...change.shape } } : {}) };
    garage.lanes.find(({ id }) => id === lane).alarms.push(alarm);
    garage.alarms = { ...garage.alarms, count: garage.alarms.count + 1, worst_lane: garage.alarms.worst_lane ?? kind };
    return alarm;
  }

  raiseAtGateway(garage, kind, change = {}) {
    const { only_pulses, ...plain } = change;
    const alarm = golden("gateway_alarm", { kind, since: this.before(12), ...plain, ...(only_pulses ? { only_pulses } : {}) });
    garage.gateway.alarms.push(alarm);
    garage.alarms = { ...garage.alarms, count: garage.alarms.count + 1, worst_gateway: garage.alarms.worst_gateway ?? kind };
    return alarm;
  }

  answer({ method, body, device, shape }) {
    if (method === "GET") return [200, { items: this.marks, next: null }];
    if (method === "DELETE") {
      this.marks = this.marks.filter((mark) => mark.device !== device || mark.shape !== shape);
      return [204];
    }
    this.marks.unshift(golden("marked_shape", { ...body, marked_at: this.now }));
    return [201, this.marks[0]];
  }
}
