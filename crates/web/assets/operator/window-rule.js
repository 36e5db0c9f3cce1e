// A window's rule and the fields of its form: what a form says becomes a rule, what is usual stays out of sight.

/** What a new window is, by audience. */
export function usual(audience, pool) {
  const shared = { audience, pool: pool?.id, quota: pool?.size ?? 1, bookable: true, walk_in: true, kinds: 7, lessons: "any_day", stagger: [] };
  const stay = { min_stay_minutes: 0, max_stay_minutes: 1440, horizon_minutes: 20_160, early_minutes: 10, grace_minutes: 15, notice_minutes: 15 };
  const hours = {
    pickup: { weekdays: 31, start_minute: 930, length_minutes: 150, lessons: "lesson_days", walk_in: true },
    staff: { weekdays: 31, start_minute: 420, length_minutes: 660, kinds: 1 },
    resident: { weekdays: 127, start_minute: 1080, length_minutes: 720 },
    public: { weekdays: 127, start_minute: 1080, length_minutes: 810, min_stay_minutes: 15 },
  };
  return { ...shared, ...stay, ...hours[audience] };
}

/** The form's name of each field of a rule that is called otherwise. */
export const NAMES = {
  pool: "in_pool", weekdays: "weekday", kinds: "kind", start_minute: "from", length_minutes: "until", horizon_minutes: "horizon_days",
  "lock_out.start_minute": "lock_from", "lock_out.length_minutes": "lock_until", "stagger.class": "stagger", "stagger.offset_minutes": "stagger",
};

export const minutesOf = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** From one time of day until another; an end that is not after the start is on the next day, the same is a whole day. */
export function lengthBetween(from, until) {
  const length = minutesOf(until) - minutesOf(from);
  return length > 0 ? length : length + 1440;
}

/** Days of minutes, fine enough to give the same minutes again. */
export const daysOf = (minutes) => (minutes === undefined ? "" : Math.round((minutes / 1440) * 10_000) / 10_000);

/** `old` is the rule that the form began with: of a garage with one pool it says which. Empty fields are left to what the server has as usual. */
export function ruleOf(form, old) {
  const value = (name) => form.elements[name]?.value.trim() ?? "";
  const number = (name) => (value(name) === "" ? undefined : Number(value(name)));
  const ticked = (name) => form.elements[name].checked;
  const bits = (name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].reduce((sum, box) => sum | Number(box.value), 0);
  const locked = ticked("locked") && { start_minute: minutesOf(value("lock_from")), length_minutes: lengthBetween(value("lock_from"), value("lock_until")) };
  const rule = {
    audience: value("audience"),
    pool: value("in_pool") || old.pool,
    name: value("name") || undefined,
    weekdays: bits("weekday"),
    start_minute: minutesOf(value("from")),
    length_minutes: lengthBetween(value("from"), value("until")),
    quota: number("quota"),
    kinds: bits("kind"),
    lessons: value("lessons"),
    first_day: value("first_day") || undefined,
    last_day: value("last_day") || undefined,
    bookable: ticked("bookable"),
    walk_in: ticked("walk_in"),
    min_stay_minutes: number("min_stay_minutes"),
    max_stay_minutes: number("max_stay_minutes"),
    horizon_minutes: value("horizon_days") === "" ? undefined : Math.round(Number(value("horizon_days")) * 1440),
    lock_out: locked || undefined,
    early_minutes: number("early_minutes"),
    grace_minutes: number("grace_minutes"),
    notice_minutes: number("notice_minutes"),
    stagger: value("audience") === "pickup" ? staggerOf(value("stagger")) : [],
  };
  return Object.fromEntries(Object.entries(rule).filter(([, it]) => it !== undefined));
}

/** `一班 10` a line. */
export function staggerOf(text) {
  const line = (it) => it.trim().match(/^(\S+)\s+(\d+)$/);
  return text.split("\n").map(line).filter(Boolean).map(([, id, minutes]) => ({ class: id, offset_minutes: Number(minutes) }));
}

export const staggerText = (stagger) => stagger.map((group) => `${group.class} ${group.offset_minutes}`).join("\n");

const WHOLE = ["quota", "min_stay_minutes", "max_stay_minutes", "early_minutes", "grace_minutes", "notice_minutes"];

/** The first thing that is missing or cannot be, as `[field, key of words]`, or null. */
export function missing(rule, form, size) {
  const { elements } = form;
  const empty = (name) => !elements[name].value;
  const lines = elements.stagger.value.split("\n").filter((line) => line.trim() !== "");
  const cases = [
    ["from", "form.missing_from", empty("from")],
    ["until", "form.missing_until", empty("until")],
    ["weekday", "form.missing_weekday", rule.weekdays === 0],
    ["quota", "form.missing_quota", !(rule.quota >= 1)],
    ["quota", "form.quota_above", rule.quota > size],
    ["kind", "form.missing_kind", rule.kinds === 0],
    ["last_day", "form.dates_turned", rule.first_day && rule.last_day && rule.first_day > rule.last_day],
    ["lock_from", "form.missing_from", elements.locked.checked && empty("lock_from")],
    ["lock_until", "form.missing_until", elements.locked.checked && (empty("lock_until") || elements.lock_from.value === elements.lock_until.value)],
    ["horizon_days", "form.not_whole", rule.horizon_minutes < 0],
    ...WHOLE.map((name) => [name, "form.not_whole", name in rule && !(Number.isInteger(rule[name]) && rule[name] >= 0)]),
    ["stagger", "form.stagger_wrong", rule.audience === "pickup" && lines.length !== rule.stagger.length],
  ];
  const found = cases.find(([, , wrong]) => wrong);
  return found ? found.slice(0, 2) : null;
}
