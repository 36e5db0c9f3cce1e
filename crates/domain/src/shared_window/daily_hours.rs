//! Hours of each local day; they may cross midnight.

use serde::{Deserialize, Serialize};

use crate::minute::{Minute, MinuteSpan, Minutes};

const DAY: u32 = 24 * 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DailyHours {
    /// 0 to 1439.
    pub start_minute: u32,
    /// 1 to 1440.
    pub length_minutes: u32,
}

impl DailyHours {
    /// These hours on the day on which they contain `minute`.
    pub(crate) fn around(self, minute: Minute) -> Option<MinuteSpan> {
        self.last_before(minute).filter(|hours| hours.contains(minute))
    }

    /// The parts of `span` in these hours, in order.
    pub(crate) fn within(self, span: MinuteSpan) -> Vec<MinuteSpan> {
        let next = |hours: &MinuteSpan| self.of_day(hours.from() + Minutes(DAY));
        let days = std::iter::successors(self.last_before(span.from()), next);
        days.take_while(|hours| hours.from() < span.until())
            .filter_map(|hours| hours.intersection(span))
            .collect()
    }

    /// These hours on the last day on which they have begun at `minute`.
    fn last_before(self, minute: Minute) -> Option<MinuteSpan> {
        let since = (minute.local_minute_of_day() - i64::from(self.start_minute)).rem_euclid(i64::from(DAY));
        self.of_day(Minute::new(minute.get() - since))
    }

    fn of_day(self, from: Minute) -> Option<MinuteSpan> {
        MinuteSpan::new(from, from + Minutes(self.length_minutes)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn minute(text: &str) -> Minute {
        Minute::floor(Timestamp::parse(text).unwrap())
    }

    #[test]
    fn hours_across_midnight_are_local() {
        let night = DailyHours { start_minute: 22 * 60, length_minutes: 8 * 60 };
        let before_midnight = night.around(minute("2026-11-23T23:59:00+08:00")).unwrap();
        let after_midnight = night.around(minute("2026-11-24T05:59:00+08:00")).unwrap();
        assert_eq!(before_midnight, after_midnight);
        assert_eq!(before_midnight.from(), minute("2026-11-23T22:00:00+08:00"));
        assert_eq!(night.around(minute("2026-11-24T06:00:00+08:00")), None);
        assert_eq!(night.around(minute("2026-11-23T21:59:00+08:00")), None);
    }

    #[test]
    fn a_stay_of_two_days_has_the_hours_of_each_night() {
        let night = DailyHours { start_minute: 22 * 60, length_minutes: 8 * 60 };
        let span = |from, until| MinuteSpan::new(minute(from), minute(until)).unwrap();
        let stay = span("2026-11-23T23:00:00+08:00", "2026-11-24T23:00:00+08:00");
        let nights = [
            span("2026-11-23T23:00:00+08:00", "2026-11-24T06:00:00+08:00"),
            span("2026-11-24T22:00:00+08:00", "2026-11-24T23:00:00+08:00"),
        ];
        assert_eq!(night.within(stay), nights);
        assert_eq!(night.within(span("2026-11-24T06:00:00+08:00", "2026-11-24T22:00:00+08:00")), []);
    }
}
