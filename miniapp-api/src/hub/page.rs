//! One page of a room's list, its arrivals made into frames once for all sockets.

use axum::extract::ws::Utf8Bytes;
use domain::ids::ArrivalId;
use domain::time::Timestamp;
use protocol::people::{ClassArrivals, FeedCursor, HallArrivals, StreamFrame};
use serde::Serialize;

use super::ring::ArrivalFrame;

/// A page of the server's list, ready to send. Entries are in the order of their cursors.
#[derive(Debug)]
pub(crate) struct ArrivalPage {
    pub cursor: FeedCursor,
    pub more: bool,
    pub entries: Vec<ArrivalFrame>,
    /// Time of the newest entry's change, for the lag metric.
    pub newest: Option<Timestamp>,
}

impl ArrivalPage {
    pub(crate) fn of_class(page: ClassArrivals) -> Result<Self, serde_json::Error> {
        let newest = page.arrivals.iter().map(|arrival| arrival.changed_at).max();
        let entries = page.arrivals.into_iter().map(|arrival| entry(arrival.id, arrival.cursor, arrival));
        Self::new(page.cursor, page.more, entries.collect::<Result<_, _>>()?, newest)
    }

    pub(crate) fn of_hall(page: HallArrivals) -> Result<Self, serde_json::Error> {
        let newest = page.arrivals.iter().map(|arrival| arrival.changed_at).max();
        let entries = page.arrivals.into_iter().map(|arrival| entry(arrival.id, arrival.cursor, arrival));
        Self::new(page.cursor, page.more, entries.collect::<Result<_, _>>()?, newest)
    }

    fn new(
        cursor: FeedCursor,
        more: bool,
        mut entries: Vec<ArrivalFrame>,
        newest: Option<Timestamp>,
    ) -> Result<Self, serde_json::Error> {
        entries.sort_by_key(|entry| entry.cursor);
        Ok(Self { cursor, more, entries, newest })
    }
}

fn entry<T: Serialize>(
    id: ArrivalId,
    cursor: FeedCursor,
    arrival: T,
) -> Result<ArrivalFrame, serde_json::Error> {
    Ok(ArrivalFrame { id, cursor, text: text(&StreamFrame::Arrival(arrival))? })
}

/// The frame that confirms: everything up to `cursor` has been sent.
pub(crate) fn live(cursor: FeedCursor) -> Result<Utf8Bytes, serde_json::Error> {
    text(&StreamFrame::<()>::Live { cursor })
}

fn text<T: Serialize>(frame: &StreamFrame<T>) -> Result<Utf8Bytes, serde_json::Error> {
    serde_json::to_string(frame).map(Utf8Bytes::from)
}
