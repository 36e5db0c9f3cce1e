// Another time, plate or pool for a reservation. Of a car that is inside only the end and the plate may change.

import { h, t } from "./kit.js";
import { dateOf, instantOf, timeOf } from "./garage-time.js";
import { formDialog } from "./dialog-form.js";
import { field, select } from "./form-parts.js";
import { nameOf } from "./operator-frame.js";
import { refusalWords } from "./reserve-form.js";
import { changeTimes } from "./sharing-api.js";

const NAMES = { starts_at: "from", ends_at: "until" };

export function changeReservation({ garage, pools, reservation, done }) {
  const inside = reservation.state === "checked_in";
  const time = (name, at, label) => [
    field(`${name}_day`, t(`change.${label}_day`), h("input", { name: `${name}_day`, type: "date", required: true, value: dateOf(at) })),
    field(name, t(`change.${label}`), h("input", { name, type: "time", required: true, value: timeOf(at) })),
  ];
  formDialog({
    title: t("change.title", { plate: reservation.plate ?? t("day.no_plate") }),
    content: [
      field("plate", t("reserve.plate"), h("input", { name: "plate", maxlength: 16, autocomplete: "off", value: reservation.plate ?? "" })),
      inside ? null : h("div", { class: "pair" }, time("from", reservation.starts_at, "from")),
      h("div", { class: "pair" }, time("until", reservation.ends_at, "until")),
      inside || pools.length < 2 ? null : field("pool", t("week.pool"), select("pool", pools.map((it) => [it.id, nameOf(it)]), reservation.pool)),
    ],
    yes: t("form.save"),
    names: NAMES,
    check: (elements) => lacks(elements, reservation),
    explain: refusalWords,
    async send(elements) {
      const change = changeOf(elements, reservation);
      if (Object.keys(change).length > 0) await changeTimes(garage, reservation, change);
      done();
      return t("change.saved");
    },
  });
}

const at = (elements, name) => {
  const [day, time] = [elements[`${name}_day`]?.value, elements[name]?.value];
  return day && time ? new Date(instantOf(day, time)).toISOString() : null;
};

/** Only what is not as it was: an untouched start may lie in the past. */
function changeOf(elements, reservation) {
  const entered = { starts_at: at(elements, "from"), ends_at: at(elements, "until"), pool: elements.pool?.value, plate: elements.plate.value.trim() };
  const same = (name) => (name.endsWith("_at") ? Date.parse(entered[name]) === Date.parse(reservation[name]) : entered[name] === (reservation[name] ?? ""));
  return Object.fromEntries(Object.entries(entered).filter(([name, value]) => value && !same(name)));
}

function lacks(elements, reservation) {
  for (const name of ["from", "until"]) if (elements[name] && !at(elements, name)) return [elements[`${name}_day`].value ? name : `${name}_day`, t("reserve.missing_time")];
  if (reservation.plate && elements.plate.value.trim() === "") return ["plate", t("reserve.missing_plate")];
  const start = at(elements, "from") ?? reservation.starts_at;
  return Date.parse(at(elements, "until")) <= Date.parse(start) ? ["until", t("closure.missing_times")] : null;
}
