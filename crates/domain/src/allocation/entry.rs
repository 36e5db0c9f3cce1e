//! One stay: reserved, waited for, or just taken by a car at the gate.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::layout::PlateKey;
use crate::access::Audience;
use crate::ids::{PoolId, WindowId};
use crate::minute::Span;
use crate::time::Timestamp;

/// Who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person, through the mini-program.
    App,
    Operator,
    /// A car that came in without a reservation: a walk-in, or a permit.
    Gate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: Uuid,
    pub pool: PoolId,
    pub audience: Audience,
    pub origin: Origin,
    /// The window in which it starts; absent for a car that came in outside of all.
    pub window: Option<WindowId>,
    pub person: Option<Uuid>,
    /// Absent where the gate could not read it.
    pub plate: Option<PlateKey>,
    /// What was agreed; for a car at the gate, from its entry to when it must leave.
    pub span: Span,
    pub state: State,
    /// What it takes of the pool. Longer than `span` for a car that came early or stays too long.
    pub taken: Option<Span>,
    /// The numbered space, once inside.
    pub space: Option<String>,
    pub visit: Option<Uuid>,
    pub reminded: bool,
    /// Those who wait are served in this order, then by id.
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// On the waiting list; takes nothing.
    Waiting,
    /// Taken until then, unless it is confirmed.
    Held {
        until: Timestamp,
        offered: Offered,
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
        cause: Cause,
        lateness: Lateness,
    },
    /// The car has not come by start and grace.
    NoShow {
        at: Timestamp,
    },
}

/// Whether a held space is an offer to somebody who waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offered {
    /// Held by the driver's own request.
    Asked,
    FromWaitlist,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Driver,
    Operator,
    /// The operator closed the spaces or ended the window.
    Suspended,
    HoldExpired,
    OfferExpired,
    /// Waited until its own start, in vain.
    NeverFree,
}

/// A late cancellation is one after the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lateness {
    InTime,
    Late,
}

/// The state's name, as it is stored and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Waiting,
    Held,
    Confirmed,
    CheckedIn,
    Overstayed,
    Completed,
    Cancelled,
    NoShow,
}

impl Entry {
    pub fn phase(&self) -> Phase {
        self.state.phase()
    }

    pub fn is_live(&self) -> bool {
        self.phase().is_live()
    }
}

impl State {
    pub fn phase(&self) -> Phase {
        match self {
            Self::Waiting => Phase::Waiting,
            Self::Held { .. } => Phase::Held,
            Self::Confirmed { .. } => Phase::Confirmed,
            Self::CheckedIn { .. } => Phase::CheckedIn,
            Self::Overstayed { .. } => Phase::Overstayed,
            Self::Completed { .. } => Phase::Completed,
            Self::Cancelled { .. } => Phase::Cancelled,
            Self::NoShow { .. } => Phase::NoShow,
        }
    }
}

impl Phase {
    /// Still in the book: it may take a space or come to take one.
    pub fn is_live(self) -> bool {
        match self {
            Self::Waiting | Self::Held | Self::Confirmed | Self::CheckedIn | Self::Overstayed => true,
            Self::Completed | Self::Cancelled | Self::NoShow => false,
        }
    }

    /// A space is promised and the car has not come yet.
    pub fn is_reserved(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed)
    }

    /// The car is inside.
    pub fn is_inside(self) -> bool {
        matches!(self, Self::CheckedIn | Self::Overstayed)
    }
}
