//! The metrics of one gateway; each carries its garage, since a process may run many.

use std::time::Duration;

use domain::access::GarageAlarm;
use domain::ids::GarageId;
use metrics::{counter, gauge, histogram};
use protocol::mqtt::{EventKind, RejectCode};

/// Records metrics in the process's recorder, labelled with one garage.
#[derive(Debug, Clone)]
pub(crate) struct GatewayMetrics {
    garage: GarageId,
}

impl GatewayMetrics {
    pub(crate) const fn new(garage: GarageId) -> Self {
        Self { garage }
    }

    pub(crate) const fn garage(&self) -> &GarageId {
        &self.garage
    }

    fn label(&self) -> String {
        self.garage.to_string()
    }

    pub(crate) fn event(&self, kind: EventKind, outcome: &'static str) {
        let kind = match kind {
            EventKind::Plate => "plate",
            EventKind::Pass => "pass",
            EventKind::Reversal => "reversal",
            EventKind::Tailgate => "tailgate",
            EventKind::Stuck => "stuck",
            EventKind::Free => "free",
            EventKind::Fire => "fire",
            EventKind::FireOver => "fire_over",
            EventKind::NotUnderstood => "not_understood",
            EventKind::Opened => "opened",
            EventKind::NotOpened => "not_opened",
        };
        counter!("events_total", "garage" => self.label(), "kind" => kind, "outcome" => outcome).increment(1);
    }

    pub(crate) fn dead_letter(&self, code: RejectCode) {
        counter!("dead_letters_total", "garage" => self.label(), "code" => code_label(code)).increment(1);
    }

    /// A rejected message beyond the number that is stored per device.
    pub(crate) fn dead_letter_dropped(&self, code: RejectCode) {
        counter!("dead_letters_dropped_total", "garage" => self.label(), "code" => code_label(code))
            .increment(1);
    }

    pub(crate) fn decision(&self, took: Duration) {
        histogram!("decision_seconds", "garage" => self.label()).record(took);
    }

    /// A command or an acknowledgement that was not published.
    pub(crate) fn publish_dropped(&self, what: &'static str) {
        counter!("publish_dropped_total", "garage" => self.label(), "what" => what).increment(1);
    }

    /// A post that was not accepted.
    pub(crate) fn device_refused(&self, why: &'static str) {
        counter!("device_posts_refused_total", "garage" => self.label(), "why" => why).increment(1);
    }

    /// A device's report that concerns no car.
    pub(crate) fn device_said(&self, what: &'static str) {
        counter!("device_messages_total", "garage" => self.label(), "what" => what).increment(1);
    }

    /// An event whose device received its reply, or a request to resend, before the event was on disk.
    pub(crate) fn device_unstored(&self) {
        counter!("device_answers_before_disk_total", "garage" => self.label()).increment(1);
    }

    /// A device that received an open request and has not confirmed it.
    pub(crate) fn device_unopened(&self) {
        counter!("device_opens_failed_total", "garage" => self.label()).increment(1);
    }

    /// An event beyond the device's rate limit.
    pub(crate) fn over_pace(&self) {
        counter!("events_over_pace_total", "garage" => self.label()).increment(1);
    }

    pub(crate) fn disk_free(&self, bytes: u64) {
        gauge!("disk_free_bytes", "garage" => self.label()).set(bytes as f64);
    }

    pub(crate) fn fire(&self, alarm: GarageAlarm) {
        gauge!("fire", "garage" => self.label()).set(f64::from(u8::from(alarm == GarageAlarm::Fire)));
    }

    /// Outcome of an operator's order to open.
    pub(crate) fn order(&self, outcome: &'static str) {
        counter!("orders_total", "garage" => self.label(), "outcome" => outcome).increment(1);
    }

    pub(crate) fn inbound_dropped(&self) {
        counter!("inbound_dropped_total", "garage" => self.label()).increment(1);
    }

    /// An event that found the outbox queue full.
    pub(crate) fn outbox_full(&self) {
        counter!("outbox_full_total", "garage" => self.label()).increment(1);
    }

    pub(crate) fn commit(&self, took: Duration) {
        histogram!("outbox_commit_seconds", "garage" => self.label()).record(took);
        gauge!("outbox_failing", "garage" => self.label()).set(0.0);
    }

    pub(crate) fn commit_failed(&self) {
        counter!("outbox_failures_total", "garage" => self.label()).increment(1);
        gauge!("outbox_failing", "garage" => self.label()).set(1.0);
    }

    pub(crate) fn damaged_record(&self) {
        counter!("outbox_damaged_records_total", "garage" => self.label()).increment(1);
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no backlog reaches 2^52")]
    pub(crate) fn backlog(&self, records: i64) {
        gauge!("outbox_backlog", "garage" => self.label()).set(records as f64);
    }

    /// Negative: only standing rights of the plan are valid, or nothing.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no plan lasts 2^52 microseconds")]
    pub(crate) fn plan_valid(&self, micros: i64) {
        gauge!("access_plan_valid_seconds", "garage" => self.label()).set(micros as f64 / 1e6);
    }

    pub(crate) fn connected(&self, connected: bool) {
        gauge!("mqtt_connected", "garage" => self.label()).set(f64::from(u8::from(connected)));
    }

    pub(crate) fn uplink(&self, took: Duration) {
        histogram!("uplink_seconds", "garage" => self.label()).record(took);
        gauge!("server_reachable", "garage" => self.label()).set(1.0);
    }

    /// `why` is an HTTP status, `unreachable` or `disk`.
    pub(crate) fn renewal_failed(&self, why: String) {
        counter!("credential_renewal_failures_total", "garage" => self.label(), "why" => why).increment(1);
    }

    /// `call` is `events`, `plan`, `orders` or `order_outcome`, `why` an HTTP status or `unreachable`.
    pub(crate) fn uplink_failed(&self, call: &'static str, why: String) {
        counter!("uplink_failures_total", "garage" => self.label(), "call" => call, "why" => why)
            .increment(1);
        gauge!("server_reachable", "garage" => self.label()).set(0.0);
    }
}

const fn code_label(code: RejectCode) -> &'static str {
    match code {
        RejectCode::TooLarge => "too_large",
        RejectCode::NotJson => "not_json",
        RejectCode::Field => "field",
        RejectCode::ImpossibleTime => "impossible_time",
        RejectCode::ImpossiblePlate => "impossible_plate",
        RejectCode::UnknownDevice => "unknown_device",
        RejectCode::UnknownTopic => "unknown_topic",
        RejectCode::UnsupportedVersion => "unsupported_version",
        RejectCode::WrongAddress => "wrong_address",
        RejectCode::NotUnderstood => "not_understood",
    }
}
