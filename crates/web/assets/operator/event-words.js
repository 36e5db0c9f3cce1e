// Words about what a gate reported of a passage beside the plate's text.

import { words } from "./kit.js";

words({
  zh: {
    "operator.head_note": "备注",
    "event.color_blue": "蓝牌",
    "event.color_yellow": "黄牌",
    "event.color_white": "白牌",
    "event.color_black": "黑牌",
    "event.color_green": "绿牌",
    "event.color_yellow_green": "黄绿牌",
    "event.color_other": "其他颜色",
    "event.class_small": "小型车",
    "event.class_medium": "中型车",
    "event.class_large": "大型车",
    "event.class_motorcycle": "摩托车",
    "event.class_other": "其他车型",
    "event.suspect": "疑似假牌或照片",
    "event.rereads": "同一辆车的再次识别",
    "event.time_replaced": "设备时间不合理，按收到时间记录",
    "event.time_uncertain": "时间不确定：网关当时没有可信时间",
  },
  en: {
    "operator.head_note": "Notes",
    "event.color_blue": "blue plate",
    "event.color_yellow": "yellow plate",
    "event.color_white": "white plate",
    "event.color_black": "black plate",
    "event.color_green": "green plate",
    "event.color_yellow_green": "yellow-green plate",
    "event.color_other": "other plate colour",
    "event.class_small": "small vehicle",
    "event.class_medium": "medium vehicle",
    "event.class_large": "large vehicle",
    "event.class_motorcycle": "motorcycle",
    "event.class_other": "other vehicle class",
    "event.suspect": "suspected fake plate or photo",
    "event.rereads": "second reading of the same car",
    "event.time_replaced": "implausible device time; time of receipt shown",
    "event.time_uncertain": "time uncertain: the gateway had no trusted clock",
  },
});
