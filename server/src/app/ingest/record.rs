//! Records of the wire: checked, normalised, sealed. An impossible record becomes a dead letter, not an error: a
//! gateway with one record that is always rejected could never send a later one. Events that a gateway could not date
//! get a time here.

use std::time::Duration;

use domain::ids::{DeviceId, EventId, GarageId};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::mqtt::RejectCode;
use protocol::reading_identity::ReadingIdentity;
use protocol::uplink::{GateEvent, UplinkRecord, UplinkRecordContent};
use store::StoreError;
use store::dead_letter::NewDeadLetter;
use store::gate_event::{NewGateEventRow, ReadingDetails, StoredEventKey};
use store::seal::{SealPurpose, SealedValue, SealingKeyring};
use store::visit::color_word;

/// Most bytes of a dead letter's excerpt and detail.
const EXCERPT: usize = 1024;

/// Source of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordOrigin<'a> {
    pub garage: &'a GarageId,
    pub epoch: &'a str,
    pub seq: i64,
    pub device: &'a DeviceId,
    pub received_at: Timestamp,
}

/// A checked event.
#[derive(Debug)]
pub(super) struct CheckedEvent<'a> {
    pub place: RecordOrigin<'a>,
    pub event: &'a GateEvent,
    /// The id under which it is stored: the device's own, or a derived one if another reading has that id.
    pub event_id: EventId,
    /// Normalised plate; `plate` is the same, sealed.
    pub normal_plate: Option<Plate>,
    pub plate: Option<SealedValue>,
    /// Event time, as far as it is known.
    pub at: Timestamp,
    /// The gateway did not know the event time: `at` is the time of receipt.
    pub time_uncertain: bool,
}

/// Checked events and dead letters of a group.
#[derive(Debug, Default)]
pub(super) struct CheckedRecords<'a> {
    pub events: Vec<CheckedEvent<'a>>,
    pub letters: Vec<NewDeadLetter<'a>>,
}

impl<'a> CheckedRecords<'a> {
    pub(super) fn add(
        &mut self,
        keys: &SealingKeyring,
        garage: &'a GarageId,
        epoch: &'a str,
        record: &'a UplinkRecord,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let place = RecordOrigin {
            garage,
            epoch,
            seq: record.seq,
            device: &record.device,
            received_at: record.received_at,
        };
        match &record.content {
            UplinkRecordContent::Event(event) => match fault(event) {
                None => self.events.push(checked(keys, place, event, now)?),
                Some(fault) => {
                    let excerpt = serde_json::to_string(event).unwrap_or_default();
                    self.letters.push(letter(keys, place, RejectCode::Field, fault, &excerpt, now)?);
                }
            },
            UplinkRecordContent::DeadLetter(dead) => {
                self.letters.push(letter(keys, place, dead.code, &dead.detail, &dead.excerpt, now)?);
            }
        }
        Ok(())
    }
}

fn fault(event: &GateEvent) -> Option<&'static str> {
    if !(-1..=1).contains(&event.delta) {
        return Some("delta must be -1, 0 or 1");
    }
    (event.confidence > 100).then_some("confidence must be 0 to 100")
}

/// Treats a reading that is not a plate as unread.
fn checked<'a>(
    keys: &SealingKeyring,
    place: RecordOrigin<'a>,
    event: &'a GateEvent,
    now: Timestamp,
) -> Result<CheckedEvent<'a>, StoreError> {
    let normal_plate = event.car_plate().cloned();
    let plate =
        normal_plate.as_ref().map(|plate| keys.sealed(SealPurpose::Plate, plate.as_str())).transpose()?;
    let (at, time_uncertain) = mended_time(event, now);
    // The gateway's clock was wrong at the receipt as well.
    let received_at = if event.uncertain_time.is_some() { at } else { place.received_at };
    let place = RecordOrigin { received_at, ..place };
    let event_id = event.event_id.clone();
    Ok(CheckedEvent { place, event, event_id, normal_plate, plate, at, time_uncertain })
}

/// Event time, and whether it is uncertain. A gateway without the time sends the event's age; without an age, the time
/// of receipt is the best estimate.
fn mended_time(event: &GateEvent, now: Timestamp) -> (Timestamp, bool) {
    match &event.uncertain_time {
        None => (event.happened_at, false),
        Some(uncertain) => match uncertain.age_ms {
            Some(age_ms) => (now - Duration::from_millis(age_ms), false),
            None => (now, true),
        },
    }
}

fn letter<'a>(
    keys: &SealingKeyring,
    place: RecordOrigin<'a>,
    code: RejectCode,
    detail: &str,
    excerpt: &str,
    now: Timestamp,
) -> Result<NewDeadLetter<'a>, StoreError> {
    Ok(NewDeadLetter {
        garage: place.garage,
        epoch: place.epoch,
        seq: place.seq,
        device: place.device,
        code,
        detail: clipped(detail).replace('\0', ""),
        excerpt_enc: keys.seal(SealPurpose::DeadLetter, clipped(excerpt))?,
        received_at: place.received_at,
        stored_at: now,
    })
}

fn clipped(text: &str) -> &str {
    text.get(..text.floor_char_boundary(EXCERPT)).unwrap_or_default()
}

impl<'a> CheckedEvent<'a> {
    pub(super) fn key(&self) -> StoredEventKey {
        (self.place.garage.clone(), self.place.device.clone(), self.event_id.clone())
    }

    /// Change of the count.
    pub(super) const fn delta(&self) -> i64 {
        self.event.kind.counted(self.event.delta)
    }

    /// The colour's name; empty if unknown.
    pub(super) fn color(&self) -> String {
        color_word(self.event.vehicle.plate_color)
    }

    pub(super) const fn identity(&self) -> ReadingIdentity<'_> {
        ReadingIdentity {
            kind: self.event.kind,
            plate: self.normal_plate.as_ref(),
            occurred_at: self.event.occurred_at,
            time_replaced: self.event.time_replaced,
        }
    }

    fn details(&self) -> ReadingDetails<'_> {
        ReadingDetails {
            vehicle: self.event.vehicle,
            time_replaced: self.event.time_replaced,
            time_uncertain: self.time_uncertain,
            rereads: self.event.rereads.as_ref(),
            raw_id: (self.event_id != self.event.event_id).then_some(&self.event.event_id),
        }
    }

    pub(super) fn row(&self, now: Timestamp) -> NewGateEventRow<'_> {
        NewGateEventRow {
            garage: self.place.garage,
            device: self.place.device,
            event_id: &self.event_id,
            epoch: self.place.epoch,
            seq: self.place.seq,
            lane: self.event.lane.as_str(),
            direction: self.event.direction,
            kind: self.event.kind,
            plate: self.plate.as_ref(),
            confidence: self.event.confidence,
            occurred_at: self.event.occurred_at,
            received_at: self.place.received_at,
            stored_at: now,
            decision: self.event.decision,
            offline: self.event.offline,
            of: self.event.related_event_id.as_ref(),
            delta: self.delta(),
            details: self.details(),
        }
    }
}
