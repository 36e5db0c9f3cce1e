// The form with which an operator logs in, on each of the console's pages.

import { byId, fill, h, icon, onLanguage, t } from "./kit.js";
import { demoLogIn, demoOperators, logIn } from "./operator-api.js";

/** Fills `form`; `entered` is called after each log-in. */
export function logInForm(form, entered) {
  const username = h("input", { id: "username", name: "username", autocomplete: "username", required: true });
  const password = h("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true });
  const wrong = h("p", { id: "log-in-error", class: "field-error", role: "alert" });
  const field = (input, key) => h("div", { class: "field" }, h("label", { for: input.id, "data-t": key }, t(key)), input);
  fill(
    form,
    h("h2", { "data-t": "operator.log_in" }, t("operator.log_in")),
    field(username, "operator.username"),
    field(password, "operator.password"),
    wrong,
    h("button", { class: "main", "data-t": "operator.enter" }, t("operator.enter")),
    h("div", { id: "demo", class: "stack" }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    button.setAttribute("aria-busy", "true");
    wrong.textContent = "";
    try {
      await logIn(username.value.trim(), password.value);
      password.value = "";
      entered();
    } catch (error) {
      wrong.textContent = error.words;
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  offerDemo(wrong, entered);
}

async function offerDemo(wrong, entered) {
  const operators = await demoOperators();
  if (!operators) return;
  const enter = async (username) => {
    try {
      wrong.textContent = "";
      await demoLogIn(username);
      entered();
    } catch (error) {
      wrong.textContent = error.words;
    }
  };
  const button = ({ username, name }) => h("button", { type: "button", onclick: () => enter(username) }, icon("person"), t("operator.demo", { name }));
  onLanguage(() => fill(byId("demo"), operators.map(button)));
}
