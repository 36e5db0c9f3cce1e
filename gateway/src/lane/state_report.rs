//! Reports of a device's state: fire, and a car that stands in the lane. The pace is before everything that lanes share:
//! register, outbox, acknowledgements.

use std::time::{Duration, Instant};

use domain::ids::EventId;
use protocol::mqtt::ControllerEvent;

use super::{EventReceipt, LaneLoop, LaneLoopState, record};
use crate::config::LaneConfig;
use crate::garage::{DedupOutcome, EventArrival};
use crate::outbox::entry::{OutboxEntry, OutboxReply};
use crate::state_pace::{DeviceStateKind, MergedReports, StatePaceOutcome, StateReport};

/// A report as it was received.
#[derive(Debug)]
pub(super) struct ReceivedReport {
    lane: LaneConfig,
    event: ControllerEvent,
    receipt: EventReceipt,
}

impl LaneLoop {
    pub(super) async fn state_report(
        &self,
        lane: &LaneConfig,
        (event, kind): (ControllerEvent, DeviceStateKind),
        receipt: EventReceipt,
        state: &mut LaneLoopState,
    ) {
        let report = StateReport {
            event_id: event.event_id.clone(),
            happened_at: receipt.now - Duration::from_millis(event.age_ms),
            content: ReceivedReport { lane: lane.clone(), event: event.clone(), receipt },
        };
        match state.states.add(&lane.device, kind, report, Instant::now()) {
            StatePaceOutcome::Record(ReceivedReport { event, .. }) => {
                self.accepted(lane, event, receipt, state).await;
            }
            StatePaceOutcome::Merged => {
                self.garage.apply_state(lane, &event, self.arrival(receipt, false));
                self.meter.state_merged(kind.label());
            }
            StatePaceOutcome::Copy => self.meter.state_merged(kind.label()),
        }
    }

    /// Records the merged reports whose turn has come.
    pub(super) fn record_merged(&self, state: &mut LaneLoopState) {
        for merged in state.states.due(Instant::now()) {
            self.record_one(merged);
        }
    }

    fn record_one(&self, merged: MergedReports<ReceivedReport>) {
        let event_ids = merged.acknowledged_ids();
        let MergedReports { kind, latest, changes, since, .. } = merged;
        let ReceivedReport { lane, event, receipt } = latest.content;
        let until = latest.happened_at;
        let arrival = EventArrival { is_applied: true, ..self.arrival(receipt, false) };
        let registration = self.garage.register(&lane, &event, arrival);
        match registration.novelty {
            DedupOutcome::New(outcome) | DedupOutcome::Unstored(outcome) => {
                self.meter.event(event.kind, record::label(&outcome));
                let sent_id = event.event_id.clone();
                let event = ControllerEvent { event_id: registration.event_id, ..event };
                let entry = self.entry(&lane, (event, sent_id), outcome, receipt);
                self.enqueue(OutboxEntry { answer: OutboxReply::Merged(event_ids), ..entry });
            }
            DedupOutcome::Stored(_) => self.acknowledge_merged(&lane, event_ids),
            // The acknowledgement of the registered copy follows; the others are resent.
            DedupOutcome::Queued(_) => {}
        }
        if changes > 1 {
            let label = kind.label();
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, state = label, changes, %since, %until, "state changes too often; changes merged into one record");
            let detail = format!("the state `{label}` changes too often: its changes are merged");
            self.garage.raise_unsteady(&lane, &detail, (changes, since), until);
        }
    }

    fn acknowledge_merged(&self, lane: &LaneConfig, event_ids: Vec<EventId>) {
        if self.answers.try_send((lane.device.clone(), OutboxReply::Merged(event_ids))).is_err() {
            self.meter.publish_dropped("ack");
        }
    }
}
