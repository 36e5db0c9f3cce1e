//! Records as they come from the wire: checked, normalised, sealed. What cannot be is a dead letter, not an error:
//! a gateway that is refused one record for ever could send no later one.

use domain::ids::{DeviceId, GarageId};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::mqtt::RejectCode;
use protocol::uplink::{GateEvent, Record, What};

use crate::store::StoreError;
use crate::store::dead_letter::NewLetter;
use crate::store::gate_event::{Key, NewEvent};
use crate::store::seal::{Keyring, Purpose, Sealed};

/// Bytes of a dead letter's excerpt and detail that are kept.
const EXCERPT: usize = 1024;

/// A record with where it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub garage: &'a GarageId,
    pub epoch: &'a str,
    pub seq: i64,
    pub device: &'a DeviceId,
    pub received_at: Timestamp,
}

/// An event that can be.
#[derive(Debug)]
pub(super) struct Checked<'a> {
    pub place: Place<'a>,
    pub event: &'a GateEvent,
    pub plate: Option<Sealed>,
}

/// The records of a group, parted.
#[derive(Debug, Default)]
pub(super) struct Parted<'a> {
    pub events: Vec<Checked<'a>>,
    pub letters: Vec<NewLetter<'a>>,
}

impl<'a> Parted<'a> {
    pub fn add(
        &mut self,
        keys: &Keyring,
        garage: &'a GarageId,
        epoch: &'a str,
        record: &'a Record,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let place =
            Place { garage, epoch, seq: record.seq, device: &record.device, received_at: record.received_at };
        match &record.what {
            What::Event(event) => match fault(event) {
                None => self.events.push(Checked { place, event, plate: plate(keys, event)? }),
                Some(fault) => {
                    let excerpt = serde_json::to_string(event).unwrap_or_default();
                    self.letters.push(letter(keys, place, RejectCode::Field, fault, &excerpt, now)?);
                }
            },
            What::DeadLetter(dead) => {
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

/// A reading that is no plate is an unread plate.
fn plate(keys: &Keyring, event: &GateEvent) -> Result<Option<Sealed>, StoreError> {
    let plate = event.plate.as_deref().and_then(|reading| Plate::parse(reading).ok());
    Ok(plate.map(|plate| keys.sealed(Purpose::Plate, plate.as_str())).transpose()?)
}

fn letter<'a>(
    keys: &Keyring,
    place: Place<'a>,
    code: RejectCode,
    detail: &str,
    excerpt: &str,
    now: Timestamp,
) -> Result<NewLetter<'a>, StoreError> {
    Ok(NewLetter {
        garage: place.garage,
        epoch: place.epoch,
        seq: place.seq,
        device: place.device,
        code,
        detail: clipped(detail).replace('\0', ""),
        excerpt_enc: keys.seal(Purpose::DeadLetter, clipped(excerpt))?,
        received_at: place.received_at,
        stored_at: now,
    })
}

fn clipped(text: &str) -> &str {
    text.get(..text.floor_char_boundary(EXCERPT)).unwrap_or_default()
}

impl<'a> Checked<'a> {
    pub fn key(&self) -> Key {
        (self.place.garage.clone(), self.place.device.clone(), self.event.event_id.clone())
    }

    pub fn row(&self, now: Timestamp) -> NewEvent<'_> {
        NewEvent {
            garage: self.place.garage,
            device: self.place.device,
            event_id: &self.event.event_id,
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
            of: self.event.of.as_ref(),
            delta: self.event.delta,
        }
    }
}
