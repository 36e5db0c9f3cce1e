#![allow(clippy::reversed_empty_ranges, reason = "a test stops at the first surprise")]

use domain::ids::{DeviceId, GarageId};
use domain::time::Timestamp;
use protocol::mqtt::RejectCode;
use protocol::uplink::{DeadLetter, GatewayStatus, UplinkRecordContent};

use super::*;

fn record(seq: i64) -> UplinkRecord {
    UplinkRecord {
        seq,
        device: DeviceId::parse("in").unwrap(),
        received_at: Timestamp::from_micros(1),
        content: UplinkRecordContent::DeadLetter(DeadLetter {
            code: RejectCode::NotJson,
            detail: String::new(),
            excerpt: String::new(),
        }),
    }
}

fn batch(epoch: &str, seqs: std::ops::RangeInclusive<i64>) -> UplinkBatch {
    UplinkBatch {
        v: 1,
        epoch: epoch.to_owned(),
        records: seqs.map(record).collect(),
        priority_records: Vec::new(),
        status: GatewayStatus {
            alarms: Vec::new(),
            at: Timestamp::from_micros(1),
            version: "1".to_owned(),
            backlog: 0,
            plan_etag: None,
            lanes: Vec::new(),
        },
    }
}

fn gateway(epoch: Option<&str>, acked_seq: i64) -> LockedGateway {
    LockedGateway {
        garage: GarageId::parse("g").unwrap(),
        epoch: epoch.map(str::to_owned),
        acked_seq,
        occupied: None,
    }
}

fn seqs(admitted: &AdmittedBatch<'_>) -> Vec<i64> {
    admitted.records.iter().map(|record| record.seq).collect()
}

#[test]
fn places_that_are_known_may_hold_other_events() {
    let mut known = gateway(Some("a"), 3);
    let sent = batch("a", 2..=5);
    let admitted = admit(&mut known, &sent).unwrap();
    assert_eq!((seqs(&admitted), admitted.acked_through), (vec![2, 3, 4, 5], 5));
    let old = batch("a", 1..=4);
    let admitted = admit(&mut known, &old).unwrap();
    assert_eq!((seqs(&admitted), admitted.acked_through), (vec![1, 2, 3, 4], 5));
}

#[test]
fn a_gap_is_refused_and_changes_nothing() {
    let mut known = gateway(Some("a"), 3);
    let sent = batch("a", 5..=6);
    assert!(matches!(admit(&mut known, &sent), Err(IngestError::Gap { expected: 4 })));
    assert_eq!(known.acked_seq, 3);
}

#[test]
fn a_new_epoch_starts_at_its_first_record() {
    let mut known = gateway(Some("a"), 300);
    let sent = batch("b", 7..=8);
    let admitted = admit(&mut known, &sent).unwrap();
    assert!(admitted.new_epoch);
    assert_eq!((seqs(&admitted), known.acked_seq, known.epoch.as_deref()), (vec![7, 8], 8, Some("b")));
}

#[test]
fn a_heartbeat_starts_no_epoch() {
    let mut known = gateway(Some("a"), 3);
    assert_eq!(admit(&mut known, &batch("a", 1..=0)).unwrap().acked_through, 3);
    assert_eq!(admit(&mut known, &batch("b", 1..=0)).unwrap().acked_through, 0);
    assert_eq!(known, gateway(Some("a"), 3));
}

#[test]
fn what_no_gateway_of_ours_sends_is_refused() {
    let mut gap = batch("a", 1..=3);
    gap.records.remove(1);
    let many = batch("a", 1..=501);
    let zero = batch("a", 0..=1);
    let future = UplinkBatch { v: 2, ..batch("a", 1..=1) };
    for wrong in [gap, many, zero, future, batch("", 1..=1), batch("a b", 1..=1)] {
        assert!(check(&wrong).is_err());
    }
    assert!(check(&batch("a", 1..=500)).is_ok());
}
