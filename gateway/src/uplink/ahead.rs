//! Records that are sent early while a backlog drains: pickup entries of the last half hour.
//!
//! A backlog is more than one batch. Each record is searched once. An older record, or one beyond the limit, is sent
//! only in its order, as every record is in the end.

use std::time::Duration;

use domain::access::{Audience, Decision};
use domain::occupancy::Direction;
use domain::time::Timestamp;
use protocol::uplink::{MAX_AHEAD, MAX_BATCH, Record, What};

use super::{TurnError, Uplink};
use crate::outbox::reader::Page;

/// Newest records to search; more than all lanes of a garage record while a batch is in flight.
const LOOKED_AT: usize = 200;
/// After a longer wait the teacher has learned of the car by other means.
const RECENT: Duration = Duration::from_secs(30 * 60);

impl Uplink {
    /// The records to send early, after `page` and `looked`, and the new search position.
    pub(super) async fn ahead(&mut self, page: &Page, looked: i64) -> Result<(Vec<Record>, i64), TurnError> {
        let Some(last) = page.records.last().filter(|_| page.records.len() == MAX_BATCH) else {
            return Ok((Vec::new(), looked));
        };
        let newest = self.reader.newest(last.seq.max(looked), LOOKED_AT).await?;
        // The writer has just begun a new epoch: the next turn reads it.
        if newest.epoch != page.epoch {
            return Ok((Vec::new(), looked));
        }
        let looked = newest.records.last().map_or(looked, |record| record.seq);
        let now = self.clock.now();
        let mut waited_for: Vec<_> =
            newest.records.into_iter().filter(|record| is_waited_for(record, now)).collect();
        let surplus = waited_for.len().saturating_sub(MAX_AHEAD);
        waited_for.drain(..surplus);
        Ok((waited_for, looked))
    }
}

fn is_waited_for(record: &Record, now: Timestamp) -> bool {
    let What::Event(event) = &record.what else { return false };
    let pickup = matches!(event.decision, Some(Decision::Open { audience: Some(Audience::Pickup), .. }));
    pickup && event.direction == Direction::In && event.happened_at > now - RECENT
}
