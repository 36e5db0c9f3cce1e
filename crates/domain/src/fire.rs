//! The fire alarm of a garage: which lanes the reports of its devices open, and who ends what.
//!
//! A garage may name its fire inputs. A report of a named input opens every lane; a report of another device opens the
//! lane of that device. In a garage that names none, each device may be the input and opens every lane: a missed fire
//! costs lives, a false one open barriers.
//!
//! Each device ends its own report. A person ends the reports of devices that are no named input, and pulses, which no
//! end follows. A named input that is on ends only by itself. A report that is older than the device's last one changes
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::GarageAlarm;
use crate::ids::DeviceId;
use crate::time::Timestamp;

/// The smallest step of a [`Timestamp`]: an end by a person is later than the report that it ends.
const STEP: Duration = Duration::from_micros(1);

/// A report of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FireInputState {
    Burning,
    /// On and off again.
    Pulsed,
    Over,
}

/// The devices whose fire input stands for the whole garage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FireInputs {
    /// The configuration names none: each device may be the input.
    #[default]
    Unnamed,
    /// Only these open every lane; an empty set means that no device does.
    Named(BTreeSet<DeviceId>),
}

impl FireInputs {
    /// Whether a report of this device opens every lane.
    pub fn opens_every_lane(&self, device: &DeviceId) -> bool {
        match self {
            Self::Unnamed => true,
            Self::Named(inputs) => inputs.contains(device),
        }
    }

    /// Whether the configuration names this device, so that no person ends its report while it is on.
    pub fn is_named(&self, device: &DeviceId) -> bool {
        match self {
            Self::Unnamed => false,
            Self::Named(inputs) => inputs.contains(device),
        }
    }

    /// Whether the configuration states that no device opens every lane.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Named(inputs) if inputs.is_empty())
    }
}

/// The last report of each device. Its serialised form is the reports alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FireAlarmState {
    reports: BTreeMap<DeviceId, (FireInputState, Timestamp)>,
    /// When each report that still holds began, as far as this run knows.
    #[serde(skip)]
    since: BTreeMap<DeviceId, Timestamp>,
    #[serde(skip)]
    inputs: FireInputs,
}

/// What an end by a person concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FireEndScope<'a> {
    /// The alarm of the whole garage.
    Garage,
    /// The report of a device that opens its own lane only.
    Lane(&'a DeviceId),
}

/// The reason why a person cannot end the alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FireEndRefusal {
    NoFire,
    /// A named input is on.
    InputOn,
    /// A device has reported fire after the report that the person saw.
    FireAgain,
}

/// Reports of fire that hold now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveFire {
    pub since: Timestamp,
    /// Time of the last report.
    pub last_at: Timestamp,
    /// The devices whose reports hold.
    pub reported_by: Vec<DeviceId>,
    /// Of these, named inputs that are on: as long as there is one, no person ends the alarm.
    pub asserted_by: Vec<DeviceId>,
    pub has_only_pulses: bool,
}

impl FireAlarmState {
    /// Applies the configuration; reports from before a restart stay.
    #[must_use]
    pub fn with_inputs(self, inputs: FireInputs) -> Self {
        Self { inputs, ..self }
    }

    pub const fn inputs(&self) -> &FireInputs {
        &self.inputs
    }

    /// Returns whether the state has changed.
    pub fn record_report(&mut self, device: &DeviceId, input: FireInputState, at: Timestamp) -> bool {
        let before = self.reports.get(device);
        if before.is_some_and(|(_, last)| *last > at) {
            return false;
        }
        // A pulse beside an input that is on: the input itself will end it.
        let is_on = before.is_some_and(|(state, _)| *state == FireInputState::Burning);
        let input = if input == FireInputState::Pulsed && is_on { FireInputState::Burning } else { input };
        let has_changed = before != Some(&(input, at));
        self.reports.insert(device.clone(), (input, at));
        if input == FireInputState::Over {
            self.since.remove(device);
        } else {
            self.since.entry(device.clone()).or_insert(at);
        }
        has_changed
    }

    /// The alarm of the whole garage.
    pub fn garage_alarm(&self) -> GarageAlarm {
        alarm_of(self.of_garage())
    }

    /// The alarm that holds at the lane of this device.
    pub fn lane_alarm(&self, device: &DeviceId) -> GarageAlarm {
        match self.garage_alarm() {
            GarageAlarm::Fire => GarageAlarm::Fire,
            GarageAlarm::None => alarm_of(self.of_lane(device)),
        }
    }

    /// The reports that open every lane.
    pub fn garage_fire(&self) -> Option<ActiveFire> {
        self.summary(self.of_garage())
    }

    /// The report of a device that opens its own lane only.
    pub fn lane_fire(&self, device: &DeviceId) -> Option<ActiveFire> {
        self.summary(self.of_lane(device))
    }

    /// Ends the reports in `scope` if no named input among them is on and none is later than `through`.
    pub fn end(&mut self, scope: FireEndScope<'_>, through: Timestamp) -> Result<(), FireEndRefusal> {
        let fire = match scope {
            FireEndScope::Garage => self.garage_fire(),
            FireEndScope::Lane(device) => self.lane_fire(device),
        };
        let fire = fire.ok_or(FireEndRefusal::NoFire)?;
        if !fire.asserted_by.is_empty() {
            return Err(FireEndRefusal::InputOn);
        }
        if fire.last_at > through {
            return Err(FireEndRefusal::FireAgain);
        }
        for device in &fire.reported_by {
            if let Some((input, at)) = self.reports.get_mut(device) {
                // A copy of the ended report, which has its time, is older and raises no new alarm.
                (*input, *at) = (FireInputState::Over, *at + STEP);
            }
            self.since.remove(device);
        }
        Ok(())
    }

    fn active(&self) -> impl Iterator<Item = (&DeviceId, FireInputState, Timestamp)> {
        let reports = self.reports.iter().map(|(device, (input, at))| (device, *input, *at));
        reports.filter(|(_, input, _)| *input != FireInputState::Over)
    }

    fn of_garage(&self) -> impl Iterator<Item = (&DeviceId, FireInputState, Timestamp)> {
        self.active().filter(|(device, ..)| self.inputs.opens_every_lane(device))
    }

    fn of_lane(&self, device: &DeviceId) -> impl Iterator<Item = (&DeviceId, FireInputState, Timestamp)> {
        let is_own = !self.inputs.opens_every_lane(device);
        self.active().filter(move |(reporting, ..)| is_own && *reporting == device)
    }

    fn summary<'a>(
        &self,
        active: impl Iterator<Item = (&'a DeviceId, FireInputState, Timestamp)>,
    ) -> Option<ActiveFire> {
        let mut fire: Option<ActiveFire> = None;
        for (device, input, at) in active {
            let since = self.since.get(device).copied().unwrap_or(at);
            let fire = fire.get_or_insert_with(|| ActiveFire {
                since,
                last_at: at,
                reported_by: Vec::new(),
                asserted_by: Vec::new(),
                has_only_pulses: true,
            });
            fire.since = fire.since.min(since);
            fire.last_at = fire.last_at.max(at);
            fire.reported_by.push(device.clone());
            let is_on = input == FireInputState::Burning;
            fire.has_only_pulses &= !is_on;
            if is_on && self.inputs.is_named(device) {
                fire.asserted_by.push(device.clone());
            }
        }
        fire
    }
}

fn alarm_of<T>(mut reports: impl Iterator<Item = T>) -> GarageAlarm {
    if reports.next().is_some() { GarageAlarm::Fire } else { GarageAlarm::None }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
