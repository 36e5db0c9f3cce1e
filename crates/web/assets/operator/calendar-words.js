// The words of the calendar page.

import "./week-words.js";
import { words } from "./kit.js";

words({
  zh: {
    "calendar.title": "日历", "calendar.school": "学校", "calendar.before": "上个月", "calendar.this": "本月", "calendar.after": "下个月",
    "calendar.how": "点一天，查看当天安排的依据；也可以登记{school}那天是否上课、提前放学。", "calendar.no_school": "点一天，查看当天安排的依据。这个车库没有关联的学校。",
    "calendar.spans": "学期和假期", "calendar.add_span": "添加", "calendar.days": "学校自己的安排", "calendar.days_hint": "点日历里的一天，可以添加或修改。", "calendar.week": "平常哪几天上课", "calendar.week_hint": "勾选有课的日子",
    "calendar.no_spans": "还没有登记学期。没有学期时，暂按上课处理。", "calendar.no_days": "没有。", "calendar.older": "以及更早的 {n} 条", "calendar.overlaps": "与“{name}”的日期重叠。",
    "calendar.term": "学期", "calendar.break": "假期", "calendar.kind": "种类", "calendar.new_span": "添加学期或假期", "calendar.change_span": "修改学期或假期",
    "calendar.remove": "删除", "calendar.remove_title": "删除“{name}”？", "calendar.missing": "请填写名称和两个日期。", "calendar.saved": "已保存",
    "calendar.mark_make_up": "班·{weekday}", "calendar.mark_rest": "休", "calendar.mark_full": "上课", "calendar.mark_none": "不上课", "calendar.mark_earlier": "早 {n} 分",
    "calendar.make_up": "调休上班",
    "layer.school": "学校登记", "layer.city": "市里的安排", "layer.national": "国务院放假安排", "layer.pattern": "按星期", "layer.assumed": "还没有放假安排，暂按工作日",
    "layer.school_mark": "校", "layer.city_mark": "市", "layer.national_mark": "国",
    "reason.holiday": "节假日", "reason.weekday": "{weekday}平常不上课", "reason.span": "{name}", "reason.between": "不在学期内", "reason.unknown": "没有登记学期，暂按上课",
    "calendar.lessons_full": "上课", "calendar.lessons_none": "不上课", "calendar.lessons_earlier": "上课，提前 {n} 分钟放学", "calendar.as": "按{weekday}课表",
    "calendar.of_all": "公共日历", "calendar.spaces": "看这一天的车位", "calendar.timetable": "课表", "calendar.that_day": "这一天", "calendar.by_lists": "按日历和学期",
    "calendar.acts_as": "按星期几的课表", "calendar.acts_usual": "照常", "calendar.earlier": "提前几分钟放学", "calendar.earlier_hint": "接送时段会随之提前。不填：不提前。", "calendar.earlier_wrong": "请填 0 到 {n} 的整数。",
    "calendar.name": "说明", "calendar.name_hint": "例如：运动会。",
    "problem.calendar_changed": "别人刚刚改过日历，已重新读取，请再试一次。",
  },
  en: {
    "calendar.title": "Calendar", "calendar.school": "School", "calendar.before": "Previous", "calendar.this": "This month", "calendar.after": "Next",
    "calendar.how": "Select a day to see why it is so, and to enter whether {school} has lessons or ends early.", "calendar.no_school": "Select a day to see why it is so. No school is linked to this garage.",
    "calendar.spans": "Terms and breaks", "calendar.add_span": "Add", "calendar.days": "The school's own days", "calendar.days_hint": "Select a day in the calendar to add or change one.", "calendar.week": "Weekdays with lessons", "calendar.week_hint": "Select the days with lessons",
    "calendar.no_spans": "No terms yet. Without terms, lessons are assumed.", "calendar.no_days": "None.", "calendar.older": "and {n} older", "calendar.overlaps": "The dates overlap with “{name}”.",
    "calendar.term": "Term", "calendar.break": "Break", "calendar.kind": "Type", "calendar.new_span": "Add a term or break", "calendar.change_span": "Change a term or break",
    "calendar.remove": "Remove", "calendar.remove_title": "Remove “{name}”?", "calendar.missing": "Enter a name and both dates.", "calendar.saved": "Saved",
    "calendar.mark_make_up": "as {weekday}", "calendar.mark_rest": "rest", "calendar.mark_full": "class", "calendar.mark_none": "no class", "calendar.mark_earlier": "−{n} min",
    "calendar.make_up": "make-up day",
    "layer.school": "set by the school", "layer.city": "city list", "layer.national": "national list", "layer.pattern": "by weekday", "layer.assumed": "no list yet; assumed workday",
    "layer.school_mark": "S", "layer.city_mark": "C", "layer.national_mark": "N",
    "reason.holiday": "holiday", "reason.weekday": "no lessons on {weekday}", "reason.span": "{name}", "reason.between": "between terms", "reason.unknown": "no term entered; lessons assumed",
    "calendar.lessons_full": "Lessons", "calendar.lessons_none": "No lessons", "calendar.lessons_earlier": "Lessons, end {n} {n:minute|minutes} early", "calendar.as": "as {weekday}",
    "calendar.of_all": "Public calendar", "calendar.spaces": "View spaces on this day", "calendar.timetable": "Timetable", "calendar.that_day": "On this day", "calendar.by_lists": "According to lists and terms",
    "calendar.acts_as": "Timetable of weekday", "calendar.acts_usual": "As usual", "calendar.earlier": "End early by (minutes)", "calendar.earlier_hint": "Pickup windows move too. Leave empty for no change.", "calendar.earlier_wrong": "Enter a whole number from 0 to {n}.",
    "calendar.name": "Note", "calendar.name_hint": "For example: sports day.",
    "problem.calendar_changed": "Someone else has just changed the calendar. It was reloaded; try again.",
  },
});
