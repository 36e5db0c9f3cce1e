//! The public's opening hours of each garage as text, rebuilt only when an input has changed.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::calendar::HolidayCalendar;
use domain::ids::GarageId;

use super::opening_hours::{HoursPeriod, OpeningHoursText, text_of};
use crate::app::sharing::public::{PublicHours, PublicSharingState};

#[derive(Debug, Default)]
pub(super) struct HoursCache {
    made: HashMap<GarageId, CachedHours>,
}

#[derive(Debug)]
struct CachedHours {
    ground: PublicSharingState,
    calendar: Arc<HolidayCalendar>,
    hours: OpeningHoursText,
}

impl HoursCache {
    /// `None` where no text within the allowed length holds them.
    pub(super) fn text(
        &mut self,
        garage: &GarageId,
        hours: &PublicHours,
        today: NaiveDate,
    ) -> Option<String> {
        let (ground, calendar) = (hours.ground(garage), hours.calendar());
        let candidates = HoursPeriod::candidates(today, calendar);
        let known = self.made.get(garage).filter(|made| {
            (Arc::ptr_eq(&made.calendar, calendar) || made.calendar == *calendar)
                && made.ground == ground
                && candidates.starts_with(&made.hours.tried)
        });
        if let Some(known) = known {
            return known.hours.text.clone();
        }
        let hours = text_of(&ground, calendar, candidates);
        let text = hours.text.clone();
        self.made.insert(garage.clone(), CachedHours { ground, calendar: Arc::clone(calendar), hours });
        text
    }
}
