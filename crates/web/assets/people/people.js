// What the pages for people share: the session, the log-in note, the connection's state in words, problems in words.

import { ApiError, byId, clockSeconds, client, fill, h, icon, onLanguage, send, span, t, words } from "./kit.js";

export const api = client({ base: "/api/v1", key: "people.token" });

/**
 * Who is logged in. Without a session, or when it ends, the page's `#app` gives way to the log-in note and this never
 * resolves; while there is no answer it asks again, because a phone in a basement comes back.
 */
export async function whoAmI() {
  api.onLoggedOut(showLogIn);
  if (!api.token()) {
    showLogIn();
    return new Promise(() => {});
  }
  for (;;) {
    try {
      return await api.get("/me");
    } catch (error) {
      if (error.status === 401) return new Promise(() => {});
      showConnection(byId("connection"), { phase: "offline", freshAt: null });
      await new Promise((again) => setTimeout(again, 2000 + Math.random() * 2000));
    }
  }
}

/** People of the demo, or null where there is no demo. */
export async function demo() {
  try {
    return await send("GET", "/demo/people");
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

async function showLogIn() {
  byId("app").hidden = true;
  const place = byId("log-in");
  place.hidden = false;
  let pick = false;
  const show = () =>
    fill(
      place,
      h(
        "section",
        { class: "card stack" },
        h("h2", {}, t("login.title")),
        h("p", {}, t("login.wechat")),
        pick ? h("a", { class: "button main", href: "/" }, t("login.pick")) : null,
      ),
    );
  onLanguage(show);
  pick = (await demo().catch(() => null)) !== null;
  show();
}

/** Leaves, on the server too if it answers; the next page is the start page. */
export async function leave() {
  await api.remove("/sessions/current").catch(() => null);
  api.logOut();
  location.assign("/");
}

const LOOKS = {
  connecting: ["clock", ""],
  live: ["live", "good"],
  reconnecting: ["clock", "warn"],
  offline: ["offline", "bad"],
  refused: ["warn", "bad"],
};

/** The connection as a pill: what it is, and how old the data is when it is not live. */
export function showConnection(pill, { phase, freshAt }) {
  const [mark, colour] = LOOKS[phase];
  const old = freshAt !== null && phase !== "live" ? t("connection.age", { age: span(Date.now() - freshAt) }) : "";
  const text = t(`connection.${phase}`) + old;
  if (pill.dataset.text === text) return;
  pill.dataset.text = text;
  pill.className = `pill ${colour}`;
  pill.dataset.phase = phase;
  pill.title = freshAt === null ? "" : t("connection.at", { time: clockSeconds(freshAt) });
  fill(pill, icon(mark), h("span", {}, text));
}

words({
  zh: {
    language: "语言",
    "skip": "跳到内容",
    "login.title": "请先登录",
    "login.wechat": "请从学校的微信小程序进入：打开小程序并登录后，这个页面会自动打开。",
    "login.pick": "演示：选择一个人登录",
    "login.out": "退出",
    "connection.connecting": "正在连接",
    "connection.live": "实时",
    "connection.reconnecting": "正在重新连接",
    "connection.offline": "离线",
    "connection.refused": "不能查看",
    "connection.age": "（{age}前的数据）",
    "connection.at": "数据时间 {time}",
    "phase.claimed": "待确认",
    "phase.waiting": "等候中",
    "phase.at_gate": "在门口",
    "phase.released": "已放行",
    "phase.handed_over": "已交接",
    "phase.rejected": "已拒绝",
    "problem.arrival_changed": "这条记录刚刚有变化，已为您刷新，请再看一遍。",
    "problem.wrong_phase": "现在不能这样操作，请查看最新状态。",
    "problem.nothing_to_undo": "没有可以撤销的操作。",
    "problem.undo_too_late": "已超过可撤销的时间。",
    "problem.outside_pickup_window": "现在不在学校的接送时段内。",
    "problem.not_your_child": "所选孩子不在您名下。",
    "problem.person_not_bound": "这个微信号还没有绑定，请用学校给的绑定码。",
    "problem.bind_code_invalid": "绑定码错误、已用过或已过期。",
    "problem.too_many_attempts": "错误次数太多，请 15 分钟后再试。",
    "problem.too_many_connections": "打开的页面太多，请关掉几个再试。",
    "problem.busy": "系统繁忙，请稍后再试。",
    "problem.not_your_class": "这不是您任教的班级。",
    "problem.not_a_guardian": "这个账号没有孩子的信息。",
    "problem.not_a_hall": "这个账号不是等候厅的屏幕。",
    "problem.invalid_plate": "车牌号不正确，例如 鲁B12345 或 鲁BD12345。",
    "problem.plate_taken": "这个车牌已经登记过了。",
    "problem.too_many_plates": "最多登记 3 个车牌，请先删除一个。",
  },
  en: {
    language: "Language",
    "skip": "Skip to content",
    "login.title": "Please log in",
    "login.wechat": "Open the school's WeChat mini-program and log in there; this page then opens by itself.",
    "login.pick": "Demo: choose a person",
    "login.out": "Log out",
    "connection.connecting": "Connecting",
    "connection.live": "Live",
    "connection.reconnecting": "Reconnecting",
    "connection.offline": "Offline",
    "connection.refused": "No access",
    "connection.age": " · data {age} old",
    "connection.at": "Data from {time}",
    "phase.claimed": "To confirm",
    "phase.waiting": "Waiting",
    "phase.at_gate": "At the gate",
    "phase.released": "Released",
    "phase.handed_over": "Handed over",
    "phase.rejected": "Rejected",
    "problem.arrival_changed": "This entry has just changed and was refreshed. Please check again.",
    "problem.wrong_phase": "Not possible now. Check the latest state.",
    "problem.nothing_to_undo": "Nothing to undo.",
    "problem.undo_too_late": "Too late to undo.",
    "problem.outside_pickup_window": "Outside the school's pickup hours.",
    "problem.not_your_child": "This child is not linked to your account.",
    "problem.person_not_bound": "This WeChat account is not linked yet. Use the code from the school.",
    "problem.bind_code_invalid": "Code unknown, already used or expired.",
    "problem.too_many_attempts": "Too many wrong codes. Try again in 15 minutes.",
    "problem.too_many_connections": "Too many pages are open. Close some and try again.",
    "problem.busy": "Service busy. Try again later.",
    "problem.not_your_class": "This class is not assigned to you.",
    "problem.not_a_guardian": "No children are linked to this account.",
    "problem.not_a_hall": "This account is not a hall screen.",
    "problem.invalid_plate": "Invalid plate. Examples: 鲁B12345, 鲁BD12345.",
    "problem.plate_taken": "This plate is already registered.",
    "problem.too_many_plates": "At most 3 plates. Remove one first.",
  },
});
