//! A cached book: a garage's book with its stored details, at one version of its row.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::allocation::AllocationBook;
use domain::ids::{GarageId, ReservationId};
use domain::time::Timestamp;
use metrics::counter;
use store::book::BookVersion;
use store::reservation::{self, ReservationDetails, StoredReservation};
use store::{StoreError, Tx, sharing_rules};

use crate::app::{App, sharing};

/// Inputs of a book. A different stamp means a different book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BookStamp {
    pub version: BookVersion,
    /// Version of the calendars.
    pub district: i64,
    /// First day of the windows' absolute openings.
    pub day: NaiveDate,
}

#[derive(Debug, Clone)]
pub(super) struct CachedBook {
    pub book: AllocationBook,
    /// Stored details of each entry.
    pub details: HashMap<ReservationId, ReservationDetails>,
    pub stamp: BookStamp,
    /// When the next block ends; the version does not change then.
    pub good_until: Option<Timestamp>,
}

impl CachedBook {
    /// Builds the book from the database, as the open transaction sees it.
    pub(super) async fn made(
        app: &App,
        tx: &mut Tx,
        garage: &GarageId,
        stamp: BookStamp,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let layout = sharing::layout(app, tx, garage, now).await?;
        let good_until = sharing_rules::next_block_end(tx, garage, now).await?;
        let live = reservation::live(tx, std::slice::from_ref(garage)).await?;
        let mut entries = Vec::with_capacity(live.len());
        let mut details = HashMap::with_capacity(live.len());
        for stored in live {
            details.insert(stored.entry.id, stored.details);
            entries.push(stored.entry);
        }
        counter!("book_rebuilds_total").increment(1);
        Ok(Self { book: AllocationBook::new(layout, entries), details, stamp, good_until })
    }

    /// Whether the book is still valid by date and by the end of blocks.
    pub(super) fn is_of(&self, now: Timestamp) -> bool {
        self.stamp.day == now.local_date() && self.good_until.is_none_or(|until| now < until)
    }

    /// A live entry in the form in which it is stored.
    pub(super) fn stored(&self, garage: &GarageId, id: ReservationId) -> Option<StoredReservation> {
        let entry = self.book.entry(id)?.clone();
        let details = self.details.get(&id)?.clone();
        Some(StoredReservation { garage: garage.clone(), entry, details })
    }
}
