//! A gateway as the server sees it: batches of records.

use domain::access::{AccessDecision, Audience};
use domain::device::DeviceQuirk;
use domain::ids::{DeviceId, EventId, LaneId};
use domain::occupancy::{LaneDirection, PassDetection};
use protocol::mqtt::EventKind;
use protocol::uplink::{
    GateEvent, GatewayStatus, LaneStatus, UplinkBatch, UplinkRecord, UplinkRecordContent,
};

use super::{MONDAY, time};

pub(crate) fn pickup() -> Option<AccessDecision> {
    Some(AccessDecision::open(Some(Audience::Pickup)))
}

/// A car that is admitted through a lane without a loop: one event is both reading and passage.
pub(crate) fn entry(id: &str, plate: &str, at: &str) -> GateEvent {
    GateEvent {
        event_id: EventId::parse(id).unwrap(),
        kind: EventKind::Plate,
        lane: LaneId::parse("in").unwrap(),
        direction: LaneDirection::In,
        plate: Some(plate.into()),
        confidence: 97,
        occurred_at: time(at),
        happened_at: time(at),
        decision: pickup(),
        offline: false,
        related_event_id: None,
        delta: 1,
        vehicle: domain::vehicle::VehicleDetails::default(),
        time_replaced: false,
        uncertain_time: None,
        rereads: None,
    }
}

pub(crate) fn exit(id: &str, plate: &str, at: &str) -> GateEvent {
    GateEvent {
        lane: LaneId::parse("out").unwrap(),
        direction: LaneDirection::Out,
        decision: Some(AccessDecision::open(None)),
        delta: -1,
        ..entry(id, plate, at)
    }
}

/// The car of event `of` has crossed the loop.
pub(crate) fn pass(id: &str, of: &str, at: &str) -> GateEvent {
    GateEvent {
        kind: EventKind::Pass,
        plate: None,
        decision: None,
        related_event_id: Some(EventId::parse(of).unwrap()),
        ..entry(id, "", at)
    }
}

/// `events` as the records from `first` on.
pub(crate) fn batch(epoch: &str, first: i64, events: Vec<GateEvent>) -> UplinkBatch {
    let record = |(seq, event)| UplinkRecord {
        seq,
        device: DeviceId::parse("gate").unwrap(),
        received_at: time(MONDAY),
        content: UplinkRecordContent::Event(event),
    };
    UplinkBatch {
        v: 1,
        epoch: epoch.to_owned(),
        records: (first..).zip(events).map(record).collect(),
        priority_records: Vec::new(),
        status: status(),
    }
}

pub(crate) fn heartbeat(epoch: &str) -> UplinkBatch {
    batch(epoch, 1, Vec::new())
}

fn status() -> GatewayStatus {
    GatewayStatus {
        alarms: Vec::new(),
        at: time(MONDAY),
        version: "1.0.0".to_owned(),
        backlog: 0,
        plan_etag: None,
        lanes: vec![LaneStatus {
            lane: LaneId::parse("in").unwrap(),
            name: "入口".to_owned(),
            direction: LaneDirection::In,
            pass_by: PassDetection::Plate,
            device: DeviceId::parse("gate").unwrap(),
            last_seen_at: Some(time(MONDAY)),
            firmware: None,
            pending_events: 0,
            stuck_since: None,
            held_open_since: None,
            make: domain::ids::MakeId::parse("zhenshi-mqtt").unwrap(),
            make_title: None,
            alarms: Vec::new(),
            quirks: [DeviceQuirk::OldTopics, DeviceQuirk::LeadingNul].into(),
            clock_ahead_ms: Some(-90_000),
        }],
    }
}
