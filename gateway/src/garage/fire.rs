//! The fire alarm as operators see it: the garage's alarm, and the alarm of a lane whose device is no fire input.

use domain::fire::{ActiveFire, FireAlarmState, FireEndRefusal, FireEndScope};
use domain::ids::{DeviceId, LaneId};
use domain::time::Timestamp;
use protocol::alarm::{GatewayAlarm, GatewayAlarmKind, LaneAlarm, LaneAlarmKind};
use tokio::sync::watch;

use super::GarageState;
use crate::config::LaneConfig;

impl GarageState {
    /// Restores the reports from before a restart, and applies the configured inputs.
    pub(crate) fn with_fire_alarm(self, fire: FireAlarmState) -> Self {
        self.state().fire.send_replace(fire);
        self
    }

    /// Ends the garage's alarm, or that of `lane`, as far as a person may and has seen it.
    pub(crate) fn end_fire(
        &self,
        lanes: &[LaneConfig],
        lane: Option<&LaneId>,
        through: Timestamp,
    ) -> Result<(), FireEndRefusal> {
        let scope = match lane {
            None => FireEndScope::Garage,
            Some(id) => {
                let lane = lanes.iter().find(|lane| lane.id == *id).ok_or(FireEndRefusal::NoFire)?;
                FireEndScope::Lane(&lane.device)
            }
        };
        let mut ended = Ok(());
        self.state().fire.send_if_modified(|fire| {
            ended = fire.end(scope, through);
            ended.is_ok()
        });
        ended
    }

    /// Changes whenever a device's report of fire does.
    pub(crate) fn fire(&self) -> watch::Receiver<FireAlarmState> {
        self.state().fire.subscribe()
    }
}

/// The alarm of the whole garage, while it is active.
pub(crate) fn gateway_alarm(fire: &FireAlarmState) -> Option<GatewayAlarm> {
    let active = fire.garage_fire()?;
    let (since, last_at) = (active.since, Some(active.last_at));
    let detail = detail(&active);
    let may_be_ended = active.asserted_by.is_empty();
    let kind = GatewayAlarmKind::Fire;
    Some(GatewayAlarm { kind, since, detail, last_at, may_be_ended, asserted_by: active.asserted_by })
}

fn detail(active: &ActiveFire) -> String {
    let reported = if active.has_only_pulses { "a pulse" } else { "fire" };
    let devices: Vec<&str> = active.reported_by.iter().map(DeviceId::as_str).collect();
    format!("{reported} at the fire input of {}", devices.join(", "))
}

/// The alarm of the lane of a device that is no fire input and reports fire.
pub(super) fn lane_alarm(fire: &FireAlarmState, device: &DeviceId) -> Option<LaneAlarm> {
    let active = fire.lane_fire(device)?;
    Some(LaneAlarm {
        kind: LaneAlarmKind::FireAtLane,
        since: active.since,
        last_at: active.last_at,
        count: 1,
        detail: format!("`{device}` reports fire and is no fire input of the garage: only its lane is open"),
        shape: None,
    })
}

#[cfg(test)]
mod tests {
    use domain::fire::{FireInputState, FireInputs};

    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn operators_see_who_reports_and_which_inputs_keep_them_from_ending_it() {
        let [input, camera] = ["input", "camera"].map(|id| DeviceId::parse(id).unwrap());
        let inputs = FireInputs::Named([input.clone()].into());
        let mut fire = FireAlarmState::default().with_inputs(inputs);
        fire.record_report(&camera, FireInputState::Burning, at(10));
        assert_eq!(gateway_alarm(&fire), None);
        let alarm = lane_alarm(&fire, &camera).unwrap();
        assert_eq!((alarm.kind, alarm.since, alarm.last_at), (LaneAlarmKind::FireAtLane, at(10), at(10)));
        fire.record_report(&input, FireInputState::Burning, at(20));
        let alarm = gateway_alarm(&fire).unwrap();
        assert_eq!((alarm.may_be_ended, alarm.asserted_by), (false, vec![input.clone()]));
        assert_eq!(alarm.detail, "fire at the fire input of input");
        assert_eq!(lane_alarm(&fire, &input), None);
        fire.record_report(&input, FireInputState::Over, at(30));
        fire.record_report(&input, FireInputState::Pulsed, at(40));
        let alarm = gateway_alarm(&fire).unwrap();
        assert_eq!((alarm.may_be_ended, alarm.asserted_by), (true, Vec::new()));
        assert_eq!(alarm.detail, "a pulse at the fire input of input");
    }
}
