//! The reasons for which a socket ends, and the close codes from which the phone derives its next step.

use axum::extract::ws::{CloseFrame, Utf8Bytes};

/// The phone reconnects with its cursor after every code except `SessionEnded` and `NotYours`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamCloseReason {
    /// 4401: log in again.
    SessionEnded,
    /// 4403: this class or hall is not this person's.
    NotYours,
    /// 4409: the phone reads too slowly; nothing is queued for it.
    TooSlow,
    /// 1001: this process stops; another replica takes over.
    GoingAway,
    /// 1012: the server's cursors have gone backwards: the phone's list is read again from the start.
    Backwards,
    /// 1011: the server cannot be reached.
    Trouble,
    /// 1008: the phone sends more messages than the protocol allows.
    Flood,
    /// The phone has left or fallen silent: no close frame can reach it.
    Gone,
}

impl StreamCloseReason {
    /// Returns the close frame, or `None` if it cannot reach the phone.
    pub fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::SessionEnded => (4401, "session ended"),
            Self::NotYours => (4403, "not yours"),
            Self::TooSlow => (4409, "too slow"),
            Self::GoingAway => (1001, "going away"),
            Self::Backwards => (1012, "start again"),
            Self::Trouble => (1011, "server unavailable"),
            Self::Flood => (1008, "too many messages"),
            Self::Gone => return None,
        };
        Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) })
    }

    /// Label of the metric.
    pub fn label(self) -> &'static str {
        match self {
            Self::SessionEnded => "session_ended",
            Self::NotYours => "not_yours",
            Self::TooSlow => "too_slow",
            Self::GoingAway => "going_away",
            Self::Backwards => "backwards",
            Self::Trouble => "trouble",
            Self::Flood => "flood",
            Self::Gone => "gone",
        }
    }
}
