//! The registered events, so that a repeated one opens nothing and counts nothing.
//!
//! A reading is identified by id, plate and time (invariant 12). A known id with another plate or time is another
//! reading, which gets a derived id. The memory is bounded; the oldest event is removed first. If a removed event is
//! sent again, the outbox's unique index and the server still recognise it, and it is too old to open anything.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use domain::ids::{DeviceId, EventId};
use domain::plate::PlateAsRead;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, EventKind};
use protocol::reading_identity::{ReadingIdentity, derived_event_id, is_same_reading};
use protocol::uplink::GateEvent;

use super::GateEventOutcome;

/// More events than all controllers of a garage send in the 8 s in which an event may open.
pub(crate) const REMEMBERED: usize = 8_192;

type SeenEventKey = Arc<(DeviceId, EventId)>;

/// Storage state of a registered event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventStorage {
    Queued,
    Stored,
    /// The outbox queue was full.
    Unstored,
}

/// The facts that make a reading unique beside its id ([`ReadingIdentity`], owned).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadingFingerprint {
    kind: EventKind,
    plate: Option<PlateAsRead>,
    occurred_at: Timestamp,
    time_replaced: bool,
}

impl ReadingFingerprint {
    pub(crate) fn of_event(event: &ControllerEvent, time_replaced: bool) -> Self {
        Self::new(event.kind, event.plate.as_ref(), event.occurred_at, time_replaced)
    }

    pub(crate) fn of_record(event: &GateEvent) -> Self {
        Self::new(event.kind, event.plate.as_ref(), event.occurred_at, event.time_replaced)
    }

    fn new(
        kind: EventKind,
        plate: Option<&PlateAsRead>,
        occurred_at: Timestamp,
        time_replaced: bool,
    ) -> Self {
        Self { kind, plate: plate.cloned(), occurred_at, time_replaced }
    }

    fn identity(&self) -> ReadingIdentity<'_> {
        let Self { kind, ref plate, occurred_at, time_replaced } = *self;
        let plate = plate.as_ref().and_then(PlateAsRead::plate);
        ReadingIdentity { kind, plate, occurred_at, time_replaced }
    }
}

/// A registered event.
#[derive(Debug, Clone)]
pub(crate) struct SeenEvent {
    pub outcome: GateEventOutcome,
    pub storage: EventStorage,
    pub mark: ReadingFingerprint,
    /// Absent for events from before this start.
    pub at: Option<Instant>,
}

/// Result of a look-up.
#[derive(Debug)]
pub(super) enum SeenLookup<'a> {
    Known(EventId, &'a mut SeenEvent),
    /// Register it under this id; `is_repeated` if the device's id belongs to another reading.
    New {
        event_id: EventId,
        is_repeated: bool,
    },
}

#[derive(Debug, Default)]
pub(super) struct SeenEvents {
    events: HashMap<SeenEventKey, SeenEvent>,
    order: VecDeque<SeenEventKey>,
}

impl SeenEvents {
    pub(super) fn find(&self, device: &DeviceId, event: &EventId) -> Option<&SeenEvent> {
        self.events.get(&(device.clone(), event.clone()))
    }

    /// Looks up the reading under the device's id and under the derived one.
    pub(super) fn look_up(
        &mut self,
        device: &DeviceId,
        raw: &EventId,
        mark: &ReadingFingerprint,
    ) -> SeenLookup<'_> {
        let raw_key = (device.clone(), raw.clone());
        let Some(first) = self.events.get(&raw_key) else {
            return SeenLookup::New { event_id: raw.clone(), is_repeated: false };
        };
        let event_id = if is_same_reading(&first.mark.identity(), &mark.identity()) {
            raw.clone()
        } else {
            derived_event_id(raw, mark.plate.as_deref(), mark.occurred_at)
        };
        let is_repeated = event_id != *raw;
        match self.events.get_mut(&(device.clone(), event_id.clone())) {
            Some(known) => SeenLookup::Known(event_id, known),
            None => SeenLookup::New { event_id, is_repeated },
        }
    }

    pub(super) fn insert(&mut self, device: DeviceId, event: EventId, seen: SeenEvent) {
        let key = Arc::new((device, event));
        if self.events.insert(key.clone(), seen).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.events.remove(&oldest);
            }
        }
    }

    pub(super) fn mark(&mut self, device: &DeviceId, event: &EventId, storage: EventStorage) {
        if let Some(entry) = self.events.get_mut(&(device.clone(), event.clone())) {
            entry.storage = storage;
        }
    }
}
