//! Records that are sent early while a backlog drains: pickup entries of the last half hour.
//!
//! A backlog is more than one batch. Each record is searched once. An older record, or one beyond the limit, is sent
//! only in its order, as every record is in the end.

use std::time::Duration;

use domain::access::{AccessDecision, Audience};
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use protocol::uplink::{MAX_BATCH, MAX_PRIORITY_RECORDS, UplinkRecord, UplinkRecordContent};

use super::{UplinkTask, UplinkTurnError};
use crate::outbox::reader::OutboxPage;

/// Newest records to search; more than all lanes of a garage record while a batch is in flight.
const LOOKED_AT: usize = 200;
/// After a longer wait the teacher has learned of the car by other means.
const RECENT: Duration = Duration::from_secs(30 * 60);

impl UplinkTask {
    /// The records to send early, after `page` and `looked`, and the new search position.
    pub(super) async fn ahead(
        &mut self,
        page: &OutboxPage,
        looked: i64,
    ) -> Result<(Vec<UplinkRecord>, i64), UplinkTurnError> {
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
        let surplus = waited_for.len().saturating_sub(MAX_PRIORITY_RECORDS);
        waited_for.drain(..surplus);
        Ok((waited_for, looked))
    }
}

fn is_waited_for(record: &UplinkRecord, now: Timestamp) -> bool {
    let UplinkRecordContent::Event(event) = &record.content else { return false };
    let pickup =
        matches!(event.decision, Some(AccessDecision::Open { audience: Some(Audience::Pickup), .. }));
    pickup && event.direction == LaneDirection::In && event.happened_at > now - RECENT
}
