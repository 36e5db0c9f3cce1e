//! Detection of new events. A repeated event changes nothing. Another reading with a known id is stored under a derived
//! id and counts like any other (invariant 2).

use std::collections::HashMap;
use std::time::Duration;

use domain::plate::Plate;
use domain::time::Timestamp;
use metrics::counter;
use protocol::reading_identity::{ReadingIdentity, derived_event_id, is_same_reading};

use super::movement::NewGateEvent;
use super::record::CheckedEvent;
use store::gate_event::readings::{self, StoredReading};
use store::gate_event::{self, StoredEventKey};
use store::seal::{SealPurpose, SealingKeyring};
use store::{StoreError, Tx};

/// Most rounds: a derived id is taken only by the same reading or by one that differs in its kind alone.
const ROUNDS: usize = 4;

/// Age from which a stored event may have lost its plate to the retention rules.
const PLATE_KEPT: Duration = Duration::from_secs(24 * 3600);

/// Inserts unknown events and returns them in the order of the batches.
pub(super) async fn insert_events<'a, 'b>(
    tx: &mut Tx,
    keys: &SealingKeyring,
    events: &'b mut [CheckedEvent<'a>],
    now: Timestamp,
) -> Result<Vec<NewGateEvent<'b>>, StoreError>
where
    'a: 'b,
{
    let mut numbers: Vec<Option<i64>> = vec![None; events.len()];
    let mut pending: Vec<usize> = (0..events.len()).collect();
    for _ in 0..ROUNDS {
        if pending.is_empty() {
            break;
        }
        let rest = insert_pending(tx, events, &pending, &mut numbers, now).await?;
        pending = rename_others(tx, keys, events, rest).await?;
    }
    let new = events.iter().zip(numbers).enumerate();
    Ok(new.filter_map(|(index, (checked, no))| Some(NewGateEvent { no: no?, index, checked })).collect())
}

/// Inserts the pending events and returns those whose ids are known.
async fn insert_pending(
    tx: &mut Tx,
    events: &[CheckedEvent<'_>],
    pending: &[usize],
    numbers: &mut [Option<i64>],
    now: Timestamp,
) -> Result<Vec<usize>, StoreError> {
    let at = |index: &usize| events.get(*index).map(|event| (*index, event));
    let rows: Vec<_> = pending.iter().filter_map(at).map(|(_, event)| event.row(now)).collect();
    let mut inserted = gate_event::insert(tx, &rows).await?;
    let mut known = Vec::new();
    for (index, event) in pending.iter().filter_map(at) {
        // `remove` makes the first of two events with one id the new one.
        match (inserted.remove(&event.key()), numbers.get_mut(index)) {
            (Some(no), Some(number)) => *number = Some(no),
            _ => known.push(index),
        }
    }
    Ok(known)
}

/// Assigns derived ids to those of `known` that differ from the stored readings, and returns these.
async fn rename_others(
    tx: &mut Tx,
    keys: &SealingKeyring,
    events: &mut [CheckedEvent<'_>],
    known: Vec<usize>,
) -> Result<Vec<usize>, StoreError> {
    let ids: Vec<StoredEventKey> = known.iter().filter_map(|index| Some(events.get(*index)?.key())).collect();
    let stored: HashMap<StoredEventKey, StoredReading> = readings::by_id(tx, &ids).await?;
    let mut others = Vec::new();
    for index in known {
        let Some(event) = events.get_mut(index) else { continue };
        let Some(before) = stored.get(&event.key()) else { continue };
        if is_repeated(keys, before, event)? {
            continue;
        }
        counter!("ingest_repeated_ids_total").increment(1);
        event.event_id =
            derived_event_id(&event.event_id, event.event.plate.as_deref(), event.event.occurred_at);
        others.push(index);
    }
    Ok(others)
}

fn is_repeated(
    keys: &SealingKeyring,
    before: &StoredReading,
    event: &CheckedEvent<'_>,
) -> Result<bool, StoreError> {
    let plate = match &before.plate {
        Some(plate) => Some(keys.open(SealPurpose::Plate, &plate.enc)?),
        None => None,
    };
    let plate = plate.and_then(|text| Plate::parse(&text).ok());
    let next = event.identity();
    let forgotten = plate.is_none() && event.place.received_at.since(before.stored_at) > PLATE_KEPT;
    let known = ReadingIdentity {
        kind: before.kind,
        plate: if forgotten { next.plate } else { plate.as_ref() },
        occurred_at: before.occurred_at,
        time_replaced: before.time_replaced,
    };
    Ok(is_same_reading(&known, &next))
}
