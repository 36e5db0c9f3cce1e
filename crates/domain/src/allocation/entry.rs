//! One stay: reserved, on the waiting list, or taken by a car that entered without a reservation.

use serde::{Deserialize, Serialize};

use super::layout::PlateKey;
use crate::audience::Audience;
use crate::ids::{PersonId, PoolId, ReservationId, VisitId, WindowId};
use crate::minute::MinuteSpan;
use crate::time::Timestamp;

/// Who created an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryOrigin {
    /// A person, through the mini-program.
    App,
    Operator,
    /// A car that entered without a reservation: as a walk-in or by a permit.
    Gate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEntry {
    pub id: ReservationId,
    pub pool: PoolId,
    pub audience: Audience,
    pub origin: EntryOrigin,
    /// The window in which the stay starts; absent for a car that entered outside every window.
    pub window: Option<WindowId>,
    pub person: Option<PersonId>,
    /// Absent if the gate could not read it.
    pub plate: Option<PlateKey>,
    /// The agreed time; for a car without a reservation, from its entry to its latest exit.
    pub span: MinuteSpan,
    pub state: EntryState,
    /// The time for which the entry takes a space. Longer than `span` for a car that came early or overstays.
    pub taken: Option<MinuteSpan>,
    /// Label of the numbered space, once the car is inside.
    pub space: Option<String>,
    pub visit: Option<VisitId>,
    pub reminded: bool,
    /// Order of the waiting list, then by id.
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryState {
    /// On the waiting list; takes no space.
    Waiting,
    /// Takes a space until `until`, then expires unless confirmed.
    Held {
        until: Timestamp,
        offered: HoldOrigin,
    },
    Confirmed {
        since: Timestamp,
    },
    CheckedIn {
        at: Timestamp,
    },
    /// Still inside after its end.
    Overstayed {
        since: Timestamp,
    },
    Completed {
        at: Timestamp,
    },
    Cancelled {
        at: Timestamp,
        cause: CancelCause,
        lateness: CancelLateness,
    },
    /// The car did not enter by start plus grace.
    NoShow {
        at: Timestamp,
    },
}

/// Whether a hold is a driver's own request or an offer to the waiting list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldOrigin {
    /// Held by the driver's own request.
    Asked,
    FromWaitlist,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelCause {
    Driver,
    Operator,
    /// The operator closed the spaces or ended the window.
    Suspended,
    HoldExpired,
    OfferExpired,
    /// No space became free until the start of the stay.
    NeverFree,
}

/// A cancellation after the start is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelLateness {
    InTime,
    Late,
}

/// Name of a state, as databases and interfaces use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryPhase {
    Waiting,
    Held,
    Confirmed,
    CheckedIn,
    Overstayed,
    Completed,
    Cancelled,
    NoShow,
}

impl BookEntry {
    pub fn phase(&self) -> EntryPhase {
        self.state.phase()
    }

    pub fn is_live(&self) -> bool {
        self.phase().is_live()
    }
}

impl EntryState {
    pub fn phase(&self) -> EntryPhase {
        match self {
            Self::Waiting => EntryPhase::Waiting,
            Self::Held { .. } => EntryPhase::Held,
            Self::Confirmed { .. } => EntryPhase::Confirmed,
            Self::CheckedIn { .. } => EntryPhase::CheckedIn,
            Self::Overstayed { .. } => EntryPhase::Overstayed,
            Self::Completed { .. } => EntryPhase::Completed,
            Self::Cancelled { .. } => EntryPhase::Cancelled,
            Self::NoShow { .. } => EntryPhase::NoShow,
        }
    }
}

impl EntryPhase {
    /// The entry is still in the book: it takes a space or may take one later.
    pub fn is_live(self) -> bool {
        match self {
            Self::Waiting | Self::Held | Self::Confirmed | Self::CheckedIn | Self::Overstayed => true,
            Self::Completed | Self::Cancelled | Self::NoShow => false,
        }
    }

    /// A space is promised and the car has not entered.
    pub fn is_reserved(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed)
    }

    /// The car is inside.
    pub fn is_inside(self) -> bool {
        matches!(self, Self::CheckedIn | Self::Overstayed)
    }
}
