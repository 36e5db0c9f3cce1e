// What is shared, in words: audiences, days, windows, openings, closures, conflicts. For labels, lists and those who hear a page.

import { clock, now, t, words } from "./kit.js";
import { between } from "./garage-time.js";

export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** `15:30` of a local minute of the day. */
export const clockOf = (minute) => [Math.floor((minute % 1440) / 60), minute % 60].map((n) => String(n).padStart(2, "0")).join(":");

export const weekdayWord = (weekday) => t(`weekday.${weekday}`);

/** `周一至周五`, `周一、周三`: of a set of bits. */
export function weekdaysWords(bits) {
  const chosen = WEEKDAYS.filter((_, n) => bits & (1 << n));
  if (chosen.length === 7) return t("weekday.all");
  const first = WEEKDAYS.indexOf(chosen[0]);
  const run = chosen.length > 2 && chosen.every((weekday, n) => WEEKDAYS[first + n] === weekday);
  if (run) return t("weekday.run", { from: weekdayWord(chosen[0]), to: weekdayWord(chosen.at(-1)) });
  return chosen.map(weekdayWord).join(t("list.and"));
}

export function hoursWords({ start_minute, length_minutes }) {
  if (length_minutes === 1440) return t("rule.round_the_clock", { at: clockOf(start_minute) });
  const end = start_minute + length_minutes;
  return `${clockOf(start_minute)}–${end >= 1440 && end % 1440 !== 0 ? t("rule.next_day") : ""}${end === 1440 ? "24:00" : clockOf(end)}`;
}

/** On which days a window starts: `周一至周五，仅工作日，仅上课日`. */
export function daysWords({ weekdays, kinds = 7, lessons = "any_day", first_day, last_day }) {
  const parts = [weekdaysWords(weekdays)];
  if (kinds !== 7) parts.push(["workday", "rest_day", "holiday"].filter((_, n) => kinds & (1 << n)).map((kind) => t(`kind.${kind}`)).join(t("list.and")));
  if (lessons !== "any_day") parts.push(t(`lessons.${lessons}`));
  if (first_day || last_day) parts.push(t("rule.dates", { from: first_day ?? "…", to: last_day ?? "…" }));
  return parts.join(t("list.comma"));
}

export const ruleName = ({ name, audience }) => (name && name !== audience ? name : t(`audience.${audience}`));

/** All of an opening, for its label. */
export function openingWords(opening, { cut }, doubted) {
  const parts = [
    opening.name && opening.name !== opening.audience ? `${t(`audience.${opening.audience}`)} (${opening.name})` : t(`audience.${opening.audience}`),
    between(opening.from, opening.until),
    t("opening.quota", { n: opening.quota }),
  ];
  if (opening.kept_for_pickup > 0) parts.push(t("opening.kept", { n: opening.kept_for_pickup }));
  if (opening.groups.length > 0) parts.push(t("opening.groups", { groups: opening.groups.map((group) => `${group.class} ${clock(group.from)}`).join(t("list.and")) }));
  if (!opening.bookable) parts.push(t("opening.not_bookable"));
  if (!opening.walk_in) parts.push(t("opening.no_walk_in"));
  if (cut) parts.push(t("opening.cut"));
  if (doubted) parts.push(t("opening.doubted"));
  return parts.join(t("list.comma"));
}

export function closureWords({ audience, spaces, from, until, reason }) {
  const whom = audience ? t(`audience.${audience}`) : t("closure.everybody");
  const what = typeof spaces === "number" ? t("closure.fewer", { n: spaces }) : t("closure.shut", { whom });
  return [what, between(from, until), reason].join(t("list.comma"));
}

/** A conflict in whole sentences; `name(window)` says a window's name. Of times that are over it does not speak. */
export function conflictWords(conflict, name) {
  const names = conflict.windows.map((window) => t("quoted", { name: name(window) }));
  const until = conflict.until ?? conflict.from;
  const when = conflict.from && Date.parse(until) > now() ? t("conflict.first", { when: between(conflict.from, until) }) : "";
  const shares = conflict.shares.map(({ audience, quota, left }) => t("conflict.share", { audience: t(`audience.${audience}`), quota, left })).join(t("list.and"));
  const text = t(`conflict.${conflict.kind}`, { names: names.join(t("list.and")), pool: conflict.pool, size: conflict.size ?? "", shares });
  return `${text}${when}`;
}

words({
  zh: {
    "audience.pickup": "接送学生", "audience.staff": "教职工", "audience.resident": "业主", "audience.public": "社会车辆",
    "letter.pickup": "接", "letter.staff": "教", "letter.resident": "业", "letter.public": "社",
    "weekday.Mon": "周一", "weekday.Tue": "周二", "weekday.Wed": "周三", "weekday.Thu": "周四", "weekday.Fri": "周五", "weekday.Sat": "周六", "weekday.Sun": "周日",
    "weekday.all": "每天", "weekday.run": "{from}至{to}",
    "list.and": "、", "list.comma": "，", "quoted": "“{name}”",
    "kind.workday": "工作日", "kind.rest_day": "休息日", "kind.holiday": "节假日",
    "lessons.any_day": "不论是否上课", "lessons.lesson_days": "仅上课日", "lessons.lesson_free_days": "仅无课日",
    "rule.next_day": "次日 ", "rule.round_the_clock": "{at} 起 24 小时", "rule.dates": "{from} 至 {to}",
    "opening.quota": "{n} 个车位", "opening.kept": "其间最多为接送保留 {n} 个", "opening.groups": "错峰：{groups}",
    "opening.not_bookable": "不可预约", "opening.no_walk_in": "须预约", "opening.cut": "配额放不下，部分车位已被优先的一方占用", "opening.doubted": "有冲突，见下方说明",
    "closure.everybody": "所有车辆", "closure.fewer": "停用 {n} 个车位", "closure.shut": "暂停开放（{whom}）", "closure.all_pools": "全部车位组",
    "conflict.first": "最早在 {when}。",
    "conflict.share": "{audience}需 {quota} 个、得 {left} 个",
    "conflict.no_such_pool": "没有名为 {pool} 的车位组。",
    "conflict.overlap": "{names}是同一类车辆，在同一组车位上时间重叠，不能同时存在。",
    "conflict.quota_above_pool": "{names}的配额超过了这组车位的总数 {size} 个。",
    "conflict.quotas_together": "{names}的配额加起来超过总数 {size} 个；都来满时，{shares}。",
    "conflict.ends_in_lock_out": "{names}在禁止车辆出入的时间结束，车主到时无法离场。",
    "conflict.public_during_pickup": "{names}时间重叠。接送车位不会外借，社会车辆只能用余下的。",
    "problem.reservations_affected": "有预约会受影响，没有保存。",
    "problem.sharing_changed": "别人刚刚改过，没有保存。请关闭后再看一遍。", "problem.window_conflict": "与其他时段冲突，没有保存。", "problem.idempotency_key_reused": "请关闭后重新填写。",
    "problem.invalid_body": "有一项填写有误，请检查。",
  },
  en: {
    "audience.pickup": "Pickup", "audience.staff": "Staff", "audience.resident": "Residents", "audience.public": "Public",
    "letter.pickup": "K", "letter.staff": "S", "letter.resident": "R", "letter.public": "P",
    "weekday.Mon": "Mon", "weekday.Tue": "Tue", "weekday.Wed": "Wed", "weekday.Thu": "Thu", "weekday.Fri": "Fri", "weekday.Sat": "Sat", "weekday.Sun": "Sun",
    "weekday.all": "every day", "weekday.run": "{from} to {to}",
    "list.and": ", ", "list.comma": ", ", "quoted": "“{name}”",
    "kind.workday": "workday", "kind.rest_day": "rest day", "kind.holiday": "holiday",
    "lessons.any_day": "with or without lessons", "lessons.lesson_days": "only with lessons", "lessons.lesson_free_days": "only without lessons",
    "rule.next_day": "next day ", "rule.round_the_clock": "24 h from {at}", "rule.dates": "{from} to {to}",
    "opening.quota": "{n} {n:space|spaces}", "opening.kept": "up to {n} kept for pickup", "opening.groups": "staggered: {groups}",
    "opening.not_bookable": "no reservations", "opening.no_walk_in": "reservation required", "opening.cut": "quota does not fit; part of it goes to an audience with priority", "opening.doubted": "conflict, see below",
    "closure.everybody": "all cars", "closure.fewer": "{n} {n:space|spaces} out of service", "closure.shut": "Suspended ({whom})", "closure.all_pools": "all pools",
    "conflict.first": " First at {when}.",
    "conflict.share": "{audience} needs {quota}, gets {left}",
    "conflict.no_such_pool": "Pool {pool} does not exist.",
    "conflict.overlap": "{names} overlap for the same audience in the same pool. Only one of them can exist.",
    "conflict.quota_above_pool": "The quota of {names} exceeds the pool's {size} {size:space|spaces}.",
    "conflict.quotas_together": "The quotas of {names} together exceed the pool's {size} {size:space|spaces}. When all are full: {shares}.",
    "conflict.ends_in_lock_out": "{names} ends at an hour without exit: drivers could not leave on time.",
    "conflict.public_during_pickup": "{names} are open at the same time. Pickup spaces are never shared; the public gets only the rest.",
    "problem.reservations_affected": "Reservations are affected; nothing was saved.",
    "problem.sharing_changed": "Someone else has just changed this; nothing was saved. Close it and check again.", "problem.window_conflict": "Conflicts with another window; nothing was saved.", "problem.idempotency_key_reused": "Close this and enter it again.",
    "problem.invalid_body": "A field is invalid. Check the form.",
  },
});
