// The start page. In the demo it lets one pick a person; elsewhere the mini-program is the way in.

import { byId, fill, h, icon, language, list, onLanguage, send, start, t, toast, words } from "./kit.js";
import { api, demo, leave } from "./people.js";

const ROLES = [
  { role: "teacher", icon: "person", page: "/teacher" },
  { role: "guardian", icon: "car", page: "/parent" },
  { role: "driver", icon: "car", page: "/book" },
  { role: "hall", icon: "screen", page: "/hall" },
];
// A school has hundreds of parents: the first few say what there is, the search finds the rest.
const SHOWN = 8;

const opened = new Set();
let people = [];
let links = [];
let me = null;

words({
  zh: {
    "index.title": "接送泊车",
    "index.lead": "车一进门，老师就知道哪个孩子的家长到了。",
    "index.sub": "家长、老师和等候厅各有一页。",
    "index.pick": "演示：选择一个人登录",
    "index.search": "按姓名、班级查找",
    "index.found": "共 {n} 人",
    "index.none": "没有找到“{text}”",
    "index.all": "显示全部 {n} 人",
    "index.more": "其他页面",
    "index.me": "已登录：{name}",
    "index.teacher": "老师",
    "index.guardian": "家长",
    "index.driver": "车主（社会车辆）",
    "index.hall": "等候厅屏幕",
    "index.open": "打开",
  },
  en: {
    "index.title": "Pickup parking",
    "index.lead": "When a parent's car enters, the teacher sees the child's name.",
    "index.sub": "Parents, teachers and the waiting hall each have their own page.",
    "index.pick": "Demo: choose a person to log in as",
    "index.search": "Find by name or class",
    "index.found": "{n} {n:person|people}",
    "index.none": "No one found for “{text}”",
    "index.all": "Show all {n}",
    "index.more": "Other pages",
    "index.me": "Logged in: {name}",
    "index.teacher": "Teachers",
    "index.guardian": "Parents",
    "index.driver": "Public drivers",
    "index.hall": "Hall screens",
    "index.open": "Open",
  },
});

function pageOf(person) {
  if (person.hall) return "/hall";
  if (person.classes.length > 0) return "/teacher";
  return person.guardian ? "/parent" : "/book";
}

async function logInAs(person, button) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const session = await send("POST", "/demo/sessions", { person_id: person.person_id });
    api.logIn(session.token);
    location.assign(ROLES.find(({ role }) => role === person.role)?.page ?? pageOf(session.me));
  } catch (error) {
    toast(error.words, "bad");
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

function personButton(person) {
  const button = h(
    "button",
    { type: "button", "data-person": person.person_id, onclick: () => logInAs(person, button) },
    h("span", { class: "who" }, person.name, h("span", { class: "label" }, person.label ?? "")),
    icon("arrow"),
  );
  return h("li", {}, button);
}

function group({ role, icon: mark }, members) {
  const whole = opened.has(role) || byId("search").value !== "";
  const shown = whole ? members : members.slice(0, SHOWN);
  const all = () => {
    opened.add(role);
    renderPeople();
  };
  return h(
    "section",
    { class: "group", "data-role": role },
    h("h3", {}, icon(mark), t(`index.${role}`), h("span", { class: "count number" }, members.length)),
    h("ul", { class: "people" }, shown.map(personButton)),
    shown.length < members.length
      ? h("button", { type: "button", class: "quiet more", onclick: all }, t("index.all", { n: members.length }))
      : null,
  );
}

function renderPeople() {
  const text = byId("search").value.trim().toLowerCase();
  const found = people.filter(({ name, label }) => `${name} ${label ?? ""}`.toLowerCase().includes(text));
  byId("found").textContent = found.length > 0 ? t("index.found", { n: found.length }) : t("index.none", { text });
  const groups = ROLES.map((role) => ({ ...role, members: found.filter((person) => person.role === role.role) }));
  list(byId("groups"), groups.filter(({ members }) => members.length > 0), {
    key: ({ role }) => role,
    version: ({ role, members }) => `${language()} ${opened.has(role)} ${text} ${members.length}`,
    render: (role) => group(role, role.members),
  });
}

function renderLinks() {
  byId("links").hidden = links.length === 0;
  fill(
    byId("link-list"),
    links.map((link) =>
      h("li", {}, h("a", { class: "button", href: link.url }, language() === "en" ? link.label_en : link.label, icon("arrow"))),
    ),
  );
}

function renderMe() {
  byId("me").hidden = me === null;
  if (me === null) return;
  fill(
    byId("me"),
    h("strong", {}, t("index.me", { name: me.name })),
    h(
      "span",
      { class: "row" },
      h("a", { class: "button main", href: pageOf(me) }, t("index.open")),
      h("button", { type: "button", class: "plain", onclick: leave }, t("login.out")),
    ),
  );
}

async function load() {
  try {
    const found = await demo();
    byId("wechat").hidden = found !== null;
    byId("pick").hidden = found === null;
    people = found?.people ?? [];
    links = found?.links ?? [];
  } catch (error) {
    byId("trouble").hidden = false;
    fill(byId("trouble"), icon("warn"), h("span", {}, error.words));
  }
  if (api.token()) me = await api.get("/me").catch(() => null);
  onLanguage(() => {
    renderPeople();
    renderLinks();
    renderMe();
  });
}

byId("search").addEventListener("input", renderPeople);
start();
load();
