// What the console's pages about sharing have in common: log-in, the choice of a garage, the state of the connection, asking again.
// What is drawn stays when the connection goes; the page then says how old it is.

import "./operator-words.js";
import { byId, clock, fill, h, icon, language, now, onLanguage, start, t, toast, words } from "./kit.js";
import { garages, logOut, SESSION_ENDED } from "./operator-api.js";
import { showBuild, startBuild } from "./operator-build.js";
import { logInForm } from "./operator-log-in.js";
import { navTo, startNav } from "./operator-nav.js";

const LOOKS = { connecting: ["clock", ""], live: ["check", "good"], offline: ["offline", "bad"] };

export const nameOf = (it) => (language() === "zh" ? it.name : it.name_en);

export class Frame {
  /** `load(garage)` asks and `draw()` shows what is known; `title` is a key of words. */
  constructor({ title, load, draw, everyMs }) {
    Object.assign(this, { title, load, draw, everyMs, all: null, garage: null, state: "connecting", loaded: null, round: 0 });
    this.chosen = new URLSearchParams(location.search).get("garage");
  }

  start() {
    logInForm(byId("log-in"), () => this.again());
    byId("leave").addEventListener("click", () => this.leave());
    byId("garage").addEventListener("change", (event) => this.choose(event.target.value));
    addEventListener(SESSION_ENDED, () => this.ended());
    startNav();
    startBuild();
    start();
    onLanguage(() => {
      document.title = t(this.title);
      this.drawState();
      this.drawGarages();
      if (this.loaded) this.draw();
    });
    this.again();
    this.follow();
  }

  async follow() {
    for (;;) {
      await new Promise((later) => setTimeout(later, this.everyMs));
      if (!document.hidden && !byId("console").hidden && !document.querySelector("dialog[open]")) await this.again();
    }
  }

  choose(id) {
    this.chosen = id;
    const query = new URLSearchParams(location.search);
    query.set("garage", id);
    history.replaceState(null, "", `?${query}`);
    this.loaded = null;
    this.again();
  }

  /** Only when the server says so: a page that merely looks logged out would leave the session to whoever comes next. */
  async leave() {
    try {
      await logOut();
    } catch (error) {
      if (error.status !== 401) return toast(error.words, "bad");
    }
    this.forget();
  }

  /** Asks for everything now. An answer that was overtaken by a later question is not drawn. */
  async again() {
    const mine = ++this.round;
    byId("console").setAttribute("aria-busy", "true");
    try {
      const { garages: all, build } = await garages();
      if (mine !== this.round) return;
      this.all = all;
      showBuild(build);
      this.show(true);
      const garage = this.all.find(({ id }) => id === this.chosen) ?? this.all[0] ?? null;
      const keep = garage ? await this.load(garage) : () => {};
      if (mine !== this.round) return;
      this.garage = garage;
      keep();
      this.state = "live";
      this.loaded = now();
      this.drawGarages();
      if (garage) this.draw();
    } catch (error) {
      if (mine !== this.round) return;
      if (!error.words) throw error;
      if (error.status === 401) this.forget();
      else this.failed(error);
    } finally {
      if (mine === this.round) byId("console").removeAttribute("aria-busy");
    }
    this.drawState();
  }

  failed(error) {
    this.state = "offline";
    this.trouble = error;
    if (this.all) this.show(true);
    else byId("connection").hidden = false;
    // The choice stands at what is drawn.
    this.drawGarages();
  }

  /** Nothing of one session is shown in the next. */
  forget() {
    this.round += 1;
    Object.assign(this, { all: null, garage: null, loaded: null, state: "connecting" });
    byId("console").removeAttribute("aria-busy");
    showBuild(null);
    this.show(false);
    this.drawState();
  }

  /** What was open is closed; whoever had a session is told why it asks for the password again. */
  ended() {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    const had = this.all !== null && !byId("console").hidden;
    this.forget();
    if (!had) return;
    byId("log-in-error").textContent = t("problem.unauthorized");
    byId("username").focus();
  }

  show(loggedIn) {
    byId("log-in").hidden = loggedIn;
    byId("console").hidden = !loggedIn;
    byId("nav").hidden = !loggedIn;
    byId("leave").hidden = !loggedIn;
    byId("connection").hidden = !loggedIn;
  }

  drawGarages() {
    if (!this.all) return;
    byId("none").hidden = this.all.length > 0;
    byId("work").hidden = !this.garage;
    const option = (garage) => h("option", { value: garage.id, selected: garage.id === this.garage?.id }, nameOf(garage));
    fill(byId("garage"), this.all.map(option));
    navTo(this.garage?.id);
  }

  drawState() {
    const [mark, colour] = LOOKS[this.state];
    const pill = byId("connection");
    pill.className = `pill ${colour}`;
    const text = { connecting: "operator.connecting", live: "frame.fresh", offline: "frame.trouble" }[this.state];
    fill(pill, icon(mark), t(text, { at: this.loaded ? clock(this.loaded) : "" }));
    const note = byId("trouble");
    note.hidden = this.state !== "offline";
    if (this.state !== "offline") return;
    const old = this.loaded ? ` ${t("frame.as_of", { at: clock(this.loaded) })}` : "";
    fill(note, icon("warn"), h("span", {}, this.trouble.words + old), h("button", { type: "button", onclick: () => this.again() }, t("frame.again")));
  }
}

words({
  zh: {
    "frame.garage": "车库",
    "frame.fresh": "更新于 {at}",
    "frame.trouble": "未能更新",
    "frame.as_of": "以下是 {at} 的数据。",
    "frame.again": "再试一次",
    "frame.loading": "正在读取…",
  },
  en: {
    "frame.garage": "Garage",
    "frame.fresh": "As of {at}",
    "frame.trouble": "Not updated",
    "frame.as_of": "Shown below: data as of {at}.",
    "frame.again": "Try again",
    "frame.loading": "Loading…",
  },
});
