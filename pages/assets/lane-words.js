// Words about the devices of lanes: makes, what is peculiar about their firmware, clocks.

import { words } from "./kit.js";

words({
  zh: {
    "lane.make_native": "本系统控制器",
    "lane.make_zhenshi-http": "臻识（HTTP 推送）",
    "lane.make_zhenshi-mqtt": "臻识（MQTT）",
    "lane.make_huaxia": "华夏智信",
    "lane.make_hikvision": "海康威视",
    "lane.make_dahua": "大华",
    "lane.quirk_old_topics": "旧版主题",
    "lane.quirk_leading_nul": "报文前有空字节",
    "lane.quirk_colour_in_plate": "车牌前带颜色",
    "lane.quirk_no_time": "识别结果不带时间",
    "lane.quirks": "固件特点：{list}",
    "lane.and": "、",
    "lane.clock_ahead": "设备时钟快 {span}",
    "lane.clock_behind": "设备时钟慢 {span}",
  },
  en: {
    "lane.make_native": "this system's controller",
    "lane.make_zhenshi-http": "Zhenshi (HTTP push)",
    "lane.make_zhenshi-mqtt": "Zhenshi (MQTT)",
    "lane.make_huaxia": "Huaxia",
    "lane.make_hikvision": "Hikvision",
    "lane.make_dahua": "Dahua",
    "lane.quirk_old_topics": "old topics",
    "lane.quirk_leading_nul": "zero bytes in front",
    "lane.quirk_colour_in_plate": "colour in front of the plate",
    "lane.quirk_no_time": "readings without a time",
    "lane.quirks": "firmware: {list}",
    "lane.and": ", ",
    "lane.clock_ahead": "its clock is {span} ahead",
    "lane.clock_behind": "its clock is {span} behind",
  },
});
