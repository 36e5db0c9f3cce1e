//! Reasons of a refusal, with data that helps the next request.

use crate::ids::ReservationId;

use super::entry::EntryPhase;
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::shared_window::OutsideClassTime;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReservationRefusal {
    #[error("this garage has no such pool")]
    NoSuchPool,
    #[error("no window of this audience covers the whole stay")]
    OutsideWindow {
        /// The next opening in which a stay may start.
        next: Option<MinuteSpan>,
    },
    #[error("the windows at that time do not offer reservations")]
    NotBookable,
    #[error("the stay must be at least {min}")]
    TooShort { min: Minutes },
    #[error("the stay may be at most {max}")]
    TooLong { max: Minutes },
    #[error("the stay may start at most {horizon} from now")]
    TooFarAhead { horizon: Minutes },
    #[error("the time is already past")]
    InThePast,
    #[error("no entry or exit during these hours")]
    LockedOut { lock: MinuteSpan },
    #[error("the operator has closed these spaces")]
    Closed { span: MinuteSpan },
    #[error("no space is free for the whole stay")]
    Full {
        /// The first minute without a free space.
        at: Minute,
        /// The next start at which a stay of this length fits.
        next: Option<Minute>,
    },
    #[error("this plate is blocked here")]
    Blocked,
    #[error("this plate has another reservation at that time")]
    PlateBusy { with: ReservationId },
    #[error("at most {limit} reservations per person")]
    PersonLimit { limit: u32 },
    #[error("at most {limit} reservations per plate")]
    PlateLimit { limit: u32 },
    #[error("there is no such reservation")]
    NotFound,
    #[error("not possible in the current phase")]
    WrongPhase { phase: EntryPhase },
}

impl From<OutsideClassTime> for ReservationRefusal {
    fn from(outside: OutsideClassTime) -> Self {
        Self::OutsideWindow { next: outside.next }
    }
}
