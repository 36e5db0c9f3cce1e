//! The controllers' last heartbeats, in memory only; controllers repeat them every 10 s.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use domain::device::DeviceQuirk;
use domain::ids::DeviceId;
use domain::time::Timestamp;
use protocol::mqtt::ControllerStatus;
use protocol::uplink::LaneStatus;

use crate::config::LaneConfig;
use crate::driver::DeviceObservation;

/// Maximum characters of a firmware's name.
const MAX_FIRMWARE: usize = 64;

/// Three heartbeats. After that a silent device's report of a raised barrier opens nothing.
const WORD_HOLDS: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
struct DeviceState {
    last_seen_at: Option<Timestamp>,
    /// Time of the last heartbeat.
    reported_at: Option<Timestamp>,
    firmware: Option<String>,
    pending_events: u32,
    /// Since when a stuck car stands in its lane.
    stuck_since: Option<Timestamp>,
    /// Since when its barrier stays up.
    held_open_since: Option<Timestamp>,
    quirks: BTreeSet<DeviceQuirk>,
    clock_ahead_ms: Option<i64>,
}

/// Contains only devices of the configuration; messages of other devices are rejected earlier.
#[derive(Debug, Default)]
pub(super) struct DeviceStates(HashMap<DeviceId, DeviceState>);

impl DeviceStates {
    pub(super) fn heard(&mut self, device: &DeviceId, at: Timestamp) {
        if let Some(known) = self.0.get_mut(device) {
            known.last_seen_at = Some(at);
        } else {
            self.0.insert(device.clone(), DeviceState { last_seen_at: Some(at), ..DeviceState::default() });
        }
    }

    pub(super) fn reported(&mut self, device: &DeviceId, status: ControllerStatus, at: Timestamp) {
        let firmware = status.firmware.map(|text| text.chars().take(MAX_FIRMWARE).collect());
        let pending_events = status.pending_events;
        let known = self.0.entry(device.clone()).or_default();
        known.last_seen_at = Some(at);
        known.reported_at = Some(at);
        known.firmware = firmware;
        known.pending_events = pending_events;
        known.held_open_since = status.held_open.then(|| known.held_open_since.unwrap_or(at));
    }

    /// Whether the barrier stayed up at that time, by a recent report of the device.
    pub(super) fn is_held_open(&self, device: &DeviceId, at: Timestamp, now: Timestamp) -> bool {
        let Some(known) = self.0.get(device) else { return false };
        let is_fresh = known.reported_at.is_some_and(|reported| now.since(reported) <= WORD_HOLDS);
        is_fresh && known.held_open_since.is_some_and(|since| since <= at)
    }

    pub(super) fn noticed(&mut self, device: &DeviceId, notice: &DeviceObservation) {
        let known = self.0.entry(device.clone()).or_default();
        known.quirks.extend(&notice.quirks);
        known.clock_ahead_ms = notice.clock_ahead_ms.or(known.clock_ahead_ms);
    }

    /// Sets or clears the time since which a car stands in the lane.
    pub(super) fn stuck(&mut self, device: &DeviceId, since: Option<Timestamp>) {
        let known = self.0.entry(device.clone()).or_default();
        known.stuck_since = since.map(|since| known.stuck_since.unwrap_or(since));
    }

    pub(super) fn status(&self, lane: &LaneConfig) -> LaneStatus {
        let device = self.0.get(&lane.device);
        LaneStatus {
            lane: lane.id.clone(),
            name: lane.name.clone(),
            direction: lane.direction,
            pass_by: lane.pass_by,
            device: lane.device.clone(),
            last_seen_at: device.and_then(|d| d.last_seen_at),
            firmware: device.and_then(|d| d.firmware.clone()),
            pending_events: device.map_or(0, |d| d.pending_events),
            stuck_since: device.and_then(|d| d.stuck_since),
            held_open_since: device.and_then(|d| d.held_open_since),
            make: lane.make.id(),
            make_title: lane.make.title().map(str::to_owned),
            quirks: device.map(|d| d.quirks.clone()).unwrap_or_default(),
            clock_ahead_ms: device.and_then(|d| d.clock_ahead_ms),
            alarms: Vec::new(),
        }
    }
}
