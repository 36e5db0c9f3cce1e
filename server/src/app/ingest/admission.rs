//! Position of a batch in its gateway's sequence, by epoch and sequence number.

use protocol::uplink::{MAX_BATCH, MAX_PRIORITY_RECORDS, UplinkBatch, UplinkRecord};

use super::IngestError;
use store::gateway::LockedGateway;

/// Longest epoch: a UUID has 36 characters.
const MAX_EPOCH: usize = 64;

/// Validation that needs no database.
pub(super) fn check(batch: &UplinkBatch) -> Result<(), IngestError> {
    if batch.v != 1 {
        return Err(IngestError::Invalid("v must be 1"));
    }
    if batch.records.len() > MAX_BATCH {
        return Err(IngestError::Invalid("a batch has at most 500 records"));
    }
    if batch.priority_records.len() > MAX_PRIORITY_RECORDS {
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

/// A batch's accepted part and its position in the sequence.
#[derive(Debug, PartialEq)]
pub(super) struct AdmittedBatch<'a> {
    /// May include records that are committed already; their events are recognised by id.
    pub records: &'a [UplinkRecord],
    /// The gateway has a new outbox: a new device, or a lost disk.
    pub new_epoch: bool,
    /// Value of the receipt's `acked_through`.
    pub acked_through: i64,
}

/// Compares a batch with the committed sequence and advances `gateway` to the position after the batch.
///
/// A known epoch continues without a gap. After a lost response the gateway repeats committed positions; their events
/// are recognised by id. A gateway whose data folder was restored from an old copy uses the same positions for new
/// events, so these records must be processed as well. A new epoch starts at its first record, at any number: earlier
/// events are recognised by id or are lost. An empty batch does not start a new epoch.
pub(super) fn admit<'a>(
    gateway: &mut LockedGateway,
    batch: &'a UplinkBatch,
) -> Result<AdmittedBatch<'a>, IngestError> {
    let known = gateway.epoch.as_deref() == Some(batch.epoch.as_str());
    let (Some(first), Some(last)) = (batch.records.first(), batch.records.last()) else {
        let acked_through = if known { gateway.acked_seq } else { 0 };
        return Ok(AdmittedBatch { records: &[], new_epoch: false, acked_through });
    };
    if !known {
        gateway.epoch = Some(batch.epoch.clone());
        gateway.acked_seq = last.seq;
        return Ok(AdmittedBatch { records: &batch.records, new_epoch: true, acked_through: last.seq });
    }
    let expected = gateway.acked_seq.saturating_add(1);
    if first.seq > expected {
        return Err(IngestError::Gap { expected });
    }
    gateway.acked_seq = gateway.acked_seq.max(last.seq);
    Ok(AdmittedBatch { records: &batch.records, new_epoch: false, acked_through: gateway.acked_seq })
}

#[cfg(test)]
mod tests;
