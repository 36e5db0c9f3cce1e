//! A garage's book with what is stored beside it, as of one version of its row.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::allocation::Book;
use domain::ids::GarageId;
use domain::time::Timestamp;
use metrics::counter;
use uuid::Uuid;

use crate::app::{App, sharing};
use crate::store::book::Version;
use crate::store::reservation::{self, Details, Stored};
use crate::store::{StoreError, Tx, sharing_rules};

/// What a book was made from. Another one is another book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub version: Version,
    /// The calendars'.
    pub district: i64,
    /// Windows are made absolute for some days from this one.
    pub day: NaiveDate,
}

#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub book: Book,
    /// Of each entry.
    pub details: HashMap<Uuid, Details>,
    pub stamp: Stamp,
    /// When a block ends, which no version tells.
    pub good_until: Option<Timestamp>,
}

impl Kept {
    /// From what is stored, as this unit of work sees it.
    pub async fn made(
        app: &App,
        tx: &mut Tx,
        garage: &GarageId,
        stamp: Stamp,
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
        Ok(Self { book: Book::new(layout, entries), details, stamp, good_until })
    }

    /// Whether time alone has not made it old.
    pub fn is_of(&self, now: Timestamp) -> bool {
        self.stamp.day == now.local_date() && self.good_until.is_none_or(|until| now < until)
    }

    /// A live entry as it would be stored.
    pub fn stored(&self, garage: &GarageId, id: Uuid) -> Option<Stored> {
        let entry = self.book.entry(id)?.clone();
        let details = self.details.get(&id)?.clone();
        Some(Stored { garage: garage.clone(), entry, details })
    }
}
