//! The fire alarm: the last report of each device's fire input.
//!
//! One input that reports fire raises the alarm. It ends when each input has reported its end. A report that is older
//! than the device's last one changes nothing. No end follows a pulse; a person ends its alarm.

use std::collections::HashMap;

use domain::access::GarageAlarm;
use domain::ids::DeviceId;
use domain::time::Timestamp;
use protocol::alarm::{GatewayAlarm, GatewayAlarmKind};
use serde::{Deserialize, Serialize};

/// A report of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FireInputState {
    Burning,
    /// On and off again.
    Pulsed,
    Over,
}

/// Contains only devices of the configuration; messages of other devices are rejected earlier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct FireAlarmState {
    inputs: HashMap<DeviceId, (FireInputState, Timestamp)>,
    /// When the alarm began, as far as this run knows.
    #[serde(skip)]
    since: Option<Timestamp>,
}

/// The reason why a person cannot end the alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FireEndRefusal {
    NoFire,
    InputOn,
    FireAgain,
}

impl FireAlarmState {
    pub(crate) fn record_report(&mut self, device: &DeviceId, input: FireInputState, at: Timestamp) {
        let before = self.inputs.get(device);
        if before.is_some_and(|(_, last)| *last > at) {
            return;
        }
        // A pulse beside an input that is on: the input itself will end it.
        let is_on = before.is_some_and(|(state, _)| *state == FireInputState::Burning);
        let input = if input == FireInputState::Pulsed && is_on { FireInputState::Burning } else { input };
        self.inputs.insert(device.clone(), (input, at));
        self.since = match self.alarm() {
            GarageAlarm::Fire => self.since.or(Some(at)),
            GarageAlarm::None => None,
        };
    }

    /// Ends the alarm if only pulses raised it and none of them is later than `through`.
    pub(crate) fn end(&mut self, through: Timestamp) -> Result<(), FireEndRefusal> {
        let reports: Vec<(FireInputState, Timestamp)> = self.reports().collect();
        if reports.is_empty() {
            return Err(FireEndRefusal::NoFire);
        }
        if reports.iter().any(|(input, _)| *input == FireInputState::Burning) {
            return Err(FireEndRefusal::InputOn);
        }
        if reports.iter().any(|(_, at)| *at > through) {
            return Err(FireEndRefusal::FireAgain);
        }
        for (input, _) in self.inputs.values_mut() {
            *input = FireInputState::Over;
        }
        self.since = None;
        Ok(())
    }

    fn reports(&self) -> impl Iterator<Item = (FireInputState, Timestamp)> {
        self.inputs.values().copied().filter(|(input, _)| *input != FireInputState::Over)
    }

    pub(crate) fn alarm(&self) -> GarageAlarm {
        if self.reports().next().is_some() { GarageAlarm::Fire } else { GarageAlarm::None }
    }

    /// The alarm for the operators, while it is active.
    pub(crate) fn gateway_alarm(&self) -> Option<GatewayAlarm> {
        let last_at = self.reports().map(|(_, at)| at).max()?;
        let only_pulses = self.reports().all(|(input, _)| input == FireInputState::Pulsed);
        let mut devices: Vec<String> = self
            .inputs
            .iter()
            .filter(|(_, (input, _))| *input != FireInputState::Over)
            .map(|(device, _)| device.to_string())
            .collect();
        devices.sort();
        let reported = if only_pulses { "a pulse" } else { "fire" };
        Some(GatewayAlarm {
            kind: GatewayAlarmKind::Fire,
            since: self.since.unwrap_or(last_at),
            detail: format!("{reported} at the fire input of {}", devices.join(", ")),
            last_at: Some(last_at),
            only_pulses,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn it_burns_until_each_input_has_reported_the_end() {
        let [a, b] = ["a", "b"].map(|id| DeviceId::parse(id).unwrap());
        let mut fire = FireAlarmState::default();
        assert_eq!(fire.alarm(), GarageAlarm::None);
        fire.record_report(&a, FireInputState::Burning, at(10));
        fire.record_report(&b, FireInputState::Burning, at(11));
        fire.record_report(&a, FireInputState::Over, at(12));
        assert_eq!(fire.alarm(), GarageAlarm::Fire);
        fire.record_report(&b, FireInputState::Over, at(9));
        assert_eq!(fire.alarm(), GarageAlarm::Fire, "older than its last report");
        assert_eq!(fire.end(at(20)), Err(FireEndRefusal::InputOn));
        fire.record_report(&b, FireInputState::Over, at(13));
        assert_eq!(fire.alarm(), GarageAlarm::None);
    }

    #[test]
    fn a_pulse_raises_the_alarm_and_a_person_ends_it() {
        let a = DeviceId::parse("a").unwrap();
        let mut fire = FireAlarmState::default();
        assert_eq!(fire.end(at(1)), Err(FireEndRefusal::NoFire));
        fire.record_report(&a, FireInputState::Pulsed, at(10));
        assert_eq!(fire.alarm(), GarageAlarm::Fire);
        fire.record_report(&a, FireInputState::Pulsed, at(20));
        let alarm = fire.gateway_alarm().unwrap();
        assert_eq!((alarm.since, alarm.last_at, alarm.only_pulses), (at(10), Some(at(20)), true));
        assert_eq!(fire.end(at(15)), Err(FireEndRefusal::FireAgain));
        assert_eq!(fire.end(at(20)), Ok(()));
        assert_eq!((fire.alarm(), fire.gateway_alarm()), (GarageAlarm::None, None));
    }

    #[test]
    fn a_pulse_does_not_end_the_alarm_of_an_input_that_is_on() {
        let a = DeviceId::parse("a").unwrap();
        let mut fire = FireAlarmState::default();
        fire.record_report(&a, FireInputState::Burning, at(10));
        fire.record_report(&a, FireInputState::Pulsed, at(11));
        assert_eq!(fire.end(at(20)), Err(FireEndRefusal::InputOn));
        fire.record_report(&a, FireInputState::Over, at(12));
        assert_eq!(fire.alarm(), GarageAlarm::None);
    }

    #[test]
    fn the_file_of_the_first_version_is_read() {
        let fire: FireAlarmState =
            serde_json::from_str(r#"{"a":["burning","2026-11-23T07:30:01.000000Z"]}"#).unwrap();
        assert_eq!(fire.alarm(), GarageAlarm::Fire);
    }
}
