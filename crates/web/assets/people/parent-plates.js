// My plates: list, add with the problem shown at the field, remove after a question.

import { ask, byId, fill, h, icon, language, list, t, toast } from "./kit.js";
import { api } from "./people.js";

// As the API has it: gate permission is per plate.
const MAX_PLATES = 3;

let reload = async () => {};
let shown = [];

/** Wires the form; `refresh` is called after each change. */
export function startPlates(refresh) {
  reload = refresh;
  byId("add").addEventListener("submit", (event) => {
    event.preventDefault();
    add();
  });
  byId("plate").addEventListener("input", () => complain(""));
}

export function drawPlates(plates) {
  shown = plates;
  const none = [{ id: "none", plate: null }];
  list(byId("plates"), plates.length > 0 ? plates : none, {
    key: ({ id }) => id,
    version: ({ plate }) => `${plate} ${language()}`,
    render: (own) => (own.plate === null ? h("li", { class: "soft" }, t("parent.no_plates")) : line(own)),
  });
  byId("add").hidden = plates.length >= MAX_PLATES;
  byId("full").hidden = plates.length < MAX_PLATES;
  fill(byId("add-button"), icon("plus"), t("parent.add"));
}

function line(own) {
  const label = t("parent.remove_label", { plate: own.plate });
  return h(
    "li",
    { class: "row between" },
    h("span", { class: "plate number" }, own.plate),
    h("button", { type: "button", class: "danger", "data-act": "remove", "aria-label": label, onclick: () => remove(own) }, t("parent.remove")),
  );
}

function complain(text) {
  byId("plate-error").textContent = text;
  byId("plate").setAttribute("aria-invalid", String(text !== ""));
}

async function add() {
  const field = byId("plate");
  const button = byId("add-button");
  const plate = field.value.trim();
  if (plate === "") {
    complain(t("parent.empty_plate"));
    field.focus();
    return;
  }
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const own = await api.post("/plates", { plate });
    field.value = "";
    complain("");
    toast(t("parent.added", { plate: own?.plate ?? plate }), "good");
    await reload();
  } catch (error) {
    complain(error.words);
    field.focus();
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

async function remove({ id, plate }) {
  const sure = await ask({
    title: t("parent.remove_sure", { plate }),
    text: t("parent.remove_text"),
    yes: t("parent.remove"),
    no: t("parent.no"),
    danger: true,
  });
  if (!sure) return;
  try {
    await api.remove(`/plates/${id}`);
    drawPlates(shown.filter((own) => own.id !== id));
    toast(t("parent.removed", { plate }), "good");
  } catch (error) {
    toast(error.words, "bad");
  }
  await reload();
}
