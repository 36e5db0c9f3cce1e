// Who must leave before pickup needs the spaces: those first who should be gone already.

import { byId, clock, fill, h, icon, now, span, t } from "./kit.js";
import { swatch } from "./svg.js";

export function drawClearing(list, garage, open) {
  const needed = list !== null && (list.cars.length > 0 || list.missing > 0);
  byId("clearing").hidden = !needed;
  if (!needed) return;
  byId("clearing-title").textContent = t("clearing.title", { at: clock(list.by), n: list.cars.length });
  byId("missing").hidden = list.missing === 0;
  fill(byId("missing"), icon("warn"), h("span", {}, t("clearing.missing", { at: clock(list.by), n: list.missing })));
  fill(byId("cars"), list.cars.toSorted((a, b) => Date.parse(a.ends_at) - Date.parse(b.ends_at)).map((car) => line(car, open)));
}

function line(car, open) {
  const left = Date.parse(car.ends_at) - now();
  const time = left > 0 ? h("span", { class: `pill ${left < 900_000 ? "warn" : ""}` }, icon("clock"), t("clearing.left", { span: span(left) })) : h("span", { class: "pill bad" }, icon("warn"), t("clearing.over", { span: span(-left) }));
  const what = h("span", { class: "grow" }, h("strong", { class: "number" }, car.plate ?? t("day.no_plate")), h("span", { class: "soft small below" }, [t(`audience.${car.audience}`), car.space ? t("day.space", { space: car.space }) : null, t("clearing.until", { at: clock(car.ends_at) })].filter(Boolean).join(" · ")));
  return h("li", {}, swatch(car.audience), what, time, h("button", { type: "button", onclick: () => open(car) }, t("clearing.look")));
}
