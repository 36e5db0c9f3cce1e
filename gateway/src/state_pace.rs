//! Merges reports of a device's state. A state that changes more often than it is recorded costs neither disk nor log nor
//! another lane's command: each report applies at once, the latest one is recorded when its turn comes, and the reports
//! before it are merged into that record.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::ids::{DeviceId, EventId};
use domain::time::Timestamp;
use protocol::mqtt::EventKind;
use service::token_buckets::TokenBuckets;

/// A relay that bounces in a real alarm is recorded in full.
const BURST: u32 = 6;
/// Interval of further records: with the burst, 12 in any minute.
const INTERVAL: Duration = Duration::from_secs(10);
/// Merged reports that are acknowledged with their record. A sound device has no more; a further one is resent.
const MERGED_IDS: usize = 256;

/// A state of a device that its events report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum DeviceStateKind {
    /// `fire` and `fire_over`.
    Fire,
    /// `stuck` and `free`.
    Stuck,
}

impl DeviceStateKind {
    /// The state that an event of this kind reports; `None` for events of cars.
    pub(crate) const fn of(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::Fire | EventKind::FireOver => Some(Self::Fire),
            EventKind::Stuck | EventKind::Free => Some(Self::Stuck),
            EventKind::Plate
            | EventKind::Pass
            | EventKind::Reversal
            | EventKind::Tailgate
            | EventKind::NotUnderstood
            | EventKind::Opened
            | EventKind::NotOpened => None,
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Fire => "fire",
            Self::Stuck => "stuck",
        }
    }
}

/// A report of a state with what identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateReport<T> {
    pub event_id: EventId,
    pub happened_at: Timestamp,
    pub content: T,
}

/// Reports of one state that wait for their common record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergedReports<T> {
    pub kind: DeviceStateKind,
    /// The report that happened last.
    pub latest: StateReport<T>,
    /// Ids of the first merged reports.
    event_ids: Vec<EventId>,
    /// Number of reports.
    pub changes: u32,
    /// Time of the first report.
    pub since: Timestamp,
}

/// What becomes of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatePaceOutcome<T> {
    /// It is recorded now.
    Record(T),
    /// It applies now and is recorded with others later.
    Merged,
    /// It is a copy of a report that waits already.
    Copy,
}

/// Only devices of the configuration have entries.
#[derive(Debug)]
pub(crate) struct StateReportPace<T> {
    records: TokenBuckets<(DeviceId, DeviceStateKind)>,
    waiting: HashMap<(DeviceId, DeviceStateKind), MergedReports<T>>,
}

impl<T> Default for StateReportPace<T> {
    fn default() -> Self {
        Self { records: TokenBuckets::new(BURST, INTERVAL), waiting: HashMap::new() }
    }
}

impl<T> StateReportPace<T> {
    /// Decides on a report; `now` is the time of its receipt.
    pub(crate) fn add(
        &mut self,
        device: &DeviceId,
        kind: DeviceStateKind,
        report: StateReport<T>,
        now: Instant,
    ) -> StatePaceOutcome<T> {
        let key = (device.clone(), kind);
        if let Some(waiting) = self.waiting.get_mut(&key) {
            return waiting.merge(report);
        }
        if self.records.take(key.clone(), now).is_ok() {
            return StatePaceOutcome::Record(report.content);
        }
        let (event_ids, since) = (vec![report.event_id.clone()], report.happened_at);
        self.waiting.insert(key, MergedReports { kind, latest: report, event_ids, changes: 1, since });
        StatePaceOutcome::Merged
    }

    /// Removes the merged reports whose turn has come.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<MergedReports<T>> {
        let records = &mut self.records;
        let due = self.waiting.extract_if(|key, _| records.take(key.clone(), now).is_ok());
        due.map(|(_, merged)| merged).collect()
    }
}

impl<T> MergedReports<T> {
    /// The ids to acknowledge with the record: the latest one, and the others as far as they are kept.
    pub(crate) fn acknowledged_ids(&self) -> Vec<EventId> {
        let latest = &self.latest.event_id;
        let missing = (!self.event_ids.contains(latest)).then_some(latest);
        self.event_ids.iter().chain(missing).cloned().collect()
    }

    fn merge(&mut self, report: StateReport<T>) -> StatePaceOutcome<T> {
        if self.latest.event_id == report.event_id || self.event_ids.contains(&report.event_id) {
            return StatePaceOutcome::Copy;
        }
        if self.event_ids.len() < MERGED_IDS {
            self.event_ids.push(report.event_id.clone());
        }
        self.changes = self.changes.saturating_add(1);
        self.since = self.since.min(report.happened_at);
        if report.happened_at >= self.latest.happened_at {
            self.latest = report;
        }
        StatePaceOutcome::Merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: DeviceStateKind = DeviceStateKind::Fire;

    fn report(number: i64) -> StateReport<i64> {
        let event_id = EventId::parse(&format!("e{number}")).unwrap();
        StateReport { event_id, happened_at: Timestamp::from_micros(number), content: number }
    }

    #[test]
    fn a_burst_is_recorded_and_the_rest_is_one_record_of_the_latest() {
        let device = DeviceId::parse("d").unwrap();
        let (mut pace, begin) = (StateReportPace::default(), Instant::now());
        for number in 0..6 {
            assert_eq!(pace.add(&device, KIND, report(number), begin), StatePaceOutcome::Record(number));
        }
        for number in 6..10_000 {
            assert_eq!(pace.add(&device, KIND, report(number), begin), StatePaceOutcome::Merged);
        }
        assert!(pace.due(begin).is_empty());
        let merged = pace.due(begin + INTERVAL).pop().unwrap();
        assert_eq!((&merged.latest, merged.changes), (&report(9_999), 9_994));
        assert_eq!((merged.since, merged.event_ids.len()), (Timestamp::from_micros(6), MERGED_IDS));
        assert_eq!(merged.acknowledged_ids().last(), Some(&report(9_999).event_id));
        assert!(pace.due(begin + 2 * INTERVAL).is_empty());
    }

    #[test]
    fn at_most_twelve_records_a_minute_for_each_device_and_state() {
        let [flood, sound] = ["flood", "sound"].map(|id| DeviceId::parse(id).unwrap());
        let (mut pace, begin) = (StateReportPace::default(), Instant::now());
        let (mut records, mut number) = (0, 0);
        for second in 0..60 {
            let now = begin + Duration::from_secs(second);
            records += pace.due(now).len();
            for _ in 0..100 {
                number += 1;
                let outcome = pace.add(&flood, KIND, report(number), now);
                records += usize::from(matches!(outcome, StatePaceOutcome::Record(_)));
            }
        }
        assert!((6..=12).contains(&records), "{records}");
        let other = pace.add(&sound, KIND, report(1), begin);
        assert_eq!(other, StatePaceOutcome::Record(1));
        let stuck = pace.add(&flood, DeviceStateKind::Stuck, report(1), begin);
        assert_eq!(stuck, StatePaceOutcome::Record(1));
    }

    #[test]
    fn a_late_report_and_a_copy_do_not_replace_the_latest() {
        let device = DeviceId::parse("d").unwrap();
        let (mut pace, begin) = (StateReportPace::default(), Instant::now());
        for number in 0..6 {
            pace.add(&device, KIND, report(number), begin);
        }
        assert_eq!(pace.add(&device, KIND, report(20), begin), StatePaceOutcome::Merged);
        assert_eq!(pace.add(&device, KIND, report(10), begin), StatePaceOutcome::Merged);
        assert_eq!(pace.add(&device, KIND, report(20), begin), StatePaceOutcome::Copy);
        let merged = pace.due(begin + INTERVAL).pop().unwrap();
        assert_eq!((merged.latest.content, merged.changes), (20, 2));
        assert_eq!(merged.since, Timestamp::from_micros(10));
    }
}
