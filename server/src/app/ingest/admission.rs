//! Where a batch stands in its gateway's sequence, by epoch and sequence number.

use protocol::uplink::{Batch, MAX_AHEAD, MAX_BATCH, Record};

use super::IngestError;
use crate::store::gateway::Locked;

/// Longest epoch: a UUID has 36 characters.
const MAX_EPOCH: usize = 64;

/// What can be said without the database.
pub(super) fn check(batch: &Batch) -> Result<(), IngestError> {
    if batch.v != 1 {
        return Err(IngestError::Invalid("v must be 1"));
    }
    if batch.records.len() > MAX_BATCH {
        return Err(IngestError::Invalid("a batch has at most 500 records"));
    }
    if batch.ahead.len() > MAX_AHEAD {
        return Err(IngestError::Invalid("a batch tells at most 50 records ahead"));
    }
    if batch.epoch.is_empty()
        || batch.epoch.len() > MAX_EPOCH
        || !batch.epoch.chars().all(|c| c.is_ascii_graphic())
    {
        return Err(IngestError::Invalid("epoch must be 1 to 64 visible ASCII characters"));
    }
    let consecutive = batch.records.windows(2).all(|pair| match pair {
        [a, b] => a.seq.checked_add(1) == Some(b.seq),
        _ => true,
    });
    if !consecutive || batch.records.first().is_some_and(|record| record.seq < 1) {
        return Err(IngestError::Invalid("seq must start at 1 and have no gaps"));
    }
    Ok(())
}

/// What a batch is to its gateway's sequence.
#[derive(Debug, PartialEq)]
pub(super) struct Admitted<'a> {
    /// Among them such as are committed already: an event is known by its id.
    pub records: &'a [Record],
    /// The gateway has a new outbox: a new box, or a lost disk.
    pub new_epoch: bool,
    /// What the receipt acknowledges.
    pub acked_through: i64,
}

/// Compares a batch with what is committed and moves `gateway` on to what will be.
///
/// A known epoch goes on without a gap. Records in places that are committed already come again after a lost answer, and
/// are then known by their ids. A box whose folder was put back from an old copy gives the same places to new events:
/// these must not be passed over. A new epoch starts at its first record, whatever its number is: the events
/// before it are known by their ids or are gone. An empty batch of a new epoch starts nothing.
pub(super) fn admit<'a>(gateway: &mut Locked, batch: &'a Batch) -> Result<Admitted<'a>, IngestError> {
    let known = gateway.epoch.as_deref() == Some(batch.epoch.as_str());
    let (Some(first), Some(last)) = (batch.records.first(), batch.records.last()) else {
        let acked_through = if known { gateway.acked_seq } else { 0 };
        return Ok(Admitted { records: &[], new_epoch: false, acked_through });
    };
    if !known {
        gateway.epoch = Some(batch.epoch.clone());
        gateway.acked_seq = last.seq;
        return Ok(Admitted { records: &batch.records, new_epoch: true, acked_through: last.seq });
    }
    let expected = gateway.acked_seq.saturating_add(1);
    if first.seq > expected {
        return Err(IngestError::Gap { expected });
    }
    gateway.acked_seq = gateway.acked_seq.max(last.seq);
    Ok(Admitted { records: &batch.records, new_epoch: false, acked_through: gateway.acked_seq })
}

#[cfg(test)]
mod tests;
