// Alarms of lanes and of the gateway as the stand-in of the console's server has them, and the message shapes that operators mark. The
// alarm's form is that of `crates/protocol/golden/v1/batch_alarms.json`.

export class Alarms {
  marks = [];

  constructor(now) {
    this.now = now;
  }

  /** Minutes before the stand-in's moment. */
  before(minutes) {
    return new Date(Date.parse(this.now) - minutes * 60_000).toISOString();
  }

  /** An alarm at a lane; a `not_understood` one has a shape. */
  raise(garage, lane, kind, change = {}) {
    const shape = { id: "0f1e2d3c4b5a6978", summary: "POST /serial: SerialData{channel,data,dataLen}", resembles_reading: false, ...change.shape };
    const alarm = { kind, since: this.before(20), last_at: this.before(1), count: 3, detail: "SerialData: no plate, no trigger", ...change, ...(kind === "not_understood" ? { shape } : {}) };
    garage.lanes.find(({ id }) => id === lane).alarms.push(alarm);
    garage.alarms = { ...garage.alarms, count: garage.alarms.count + 1, worst_lane: garage.alarms.worst_lane ?? kind };
    return alarm;
  }

  raiseAtGateway(garage, kind, change = {}) {
    const alarm = { kind, since: this.before(12), detail: "", ...change };
    garage.gateway.alarms.push(alarm);
    garage.alarms = { ...garage.alarms, count: garage.alarms.count + 1, worst_gateway: garage.alarms.worst_gateway ?? kind };
    return alarm;
  }

  answer({ method, body, device, shape }) {
    if (method === "GET") return [200, { items: this.marks, next: null }];
    if (method === "DELETE") {
      this.marks = this.marks.filter((mark) => mark.device !== device || mark.shape !== shape);
      return [204, null];
    }
    this.marks.unshift({ ...body, operator: "李值班", marked_at: this.now });
    return [201, this.marks[0]];
  }
}
