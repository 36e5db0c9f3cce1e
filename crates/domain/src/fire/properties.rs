//! A garage is open iff a device that stands for it has reported fire after its last end, by itself or by a person: checked
//! on random reports, ends and restarts against the plain list of what happened.

use proptest::prelude::*;

use super::*;

const DEVICES: [&str; 3] = ["a", "b", "c"];

#[derive(Debug, Clone, Copy)]
enum FireStep {
    Report(usize, FireInputState),
    /// A report that happened before the device's last one and arrives after it.
    LateReport(usize, FireInputState),
    /// A person ends the garage's alarm as it was this many reports ago.
    EndGarage {
        unseen: usize,
    },
    EndLane {
        device: usize,
        unseen: usize,
    },
    Restart,
}

fn any_state() -> impl Strategy<Value = FireInputState> {
    prop_oneof![Just(FireInputState::Burning), Just(FireInputState::Pulsed), Just(FireInputState::Over)]
}

fn any_step() -> impl Strategy<Value = FireStep> {
    prop_oneof![
        6 => (0..DEVICES.len(), any_state()).prop_map(|(device, state)| FireStep::Report(device, state)),
        1 => (0..DEVICES.len(), any_state()).prop_map(|(device, state)| FireStep::LateReport(device, state)),
        2 => (0_usize..2).prop_map(|unseen| FireStep::EndGarage { unseen }),
        2 => (0..DEVICES.len(), 0_usize..2).prop_map(|(device, unseen)| FireStep::EndLane { device, unseen }),
        1 => Just(FireStep::Restart),
    ]
}

fn any_inputs() -> impl Strategy<Value = FireInputs> {
    let named = prop::collection::btree_set(prop::sample::select(DEVICES.to_vec()), 0..=DEVICES.len());
    let named = named.prop_map(|ids| FireInputs::Named(ids.into_iter().map(device).collect()));
    prop_oneof![1 => Just(FireInputs::Unnamed), 3 => named]
}

fn device(id: &str) -> DeviceId {
    DeviceId::parse(id).unwrap()
}

/// What happened at one device since its last end, in order.
#[derive(Debug, Clone, Default)]
struct ReportsSinceEnd {
    reports: Vec<(FireInputState, Timestamp)>,
    last_at: Option<Timestamp>,
}

impl ReportsSinceEnd {
    fn is_burning(&self) -> bool {
        self.reports.iter().any(|(state, _)| *state == FireInputState::Burning)
    }
}

struct PlainFire {
    inputs: FireInputs,
    devices: [ReportsSinceEnd; 3],
}

impl PlainFire {
    fn of_garage(&self) -> Vec<usize> {
        let stands = |index: &usize| self.inputs.opens_every_lane(&device(DEVICES[*index]));
        (0..3).filter(|index| !self.devices[*index].reports.is_empty()).filter(stands).collect()
    }

    fn end(&mut self, ended: &[usize], through: Timestamp) -> Result<(), FireEndRefusal> {
        if ended.is_empty() {
            return Err(FireEndRefusal::NoFire);
        }
        let named = |index: &usize| self.inputs.is_named(&device(DEVICES[*index]));
        if ended.iter().any(|index| named(index) && self.devices[*index].is_burning()) {
            return Err(FireEndRefusal::InputOn);
        }
        if ended.iter().any(|index| self.devices[*index].last_at.unwrap() > through) {
            return Err(FireEndRefusal::FireAgain);
        }
        ended.iter().for_each(|index| self.devices[*index].reports.clear());
        Ok(())
    }
}

/// The time that a person saw who has missed the last `unseen` reports of these devices.
fn seen(plain: &PlainFire, devices: &[usize], unseen: usize) -> Timestamp {
    let last = devices.iter().filter_map(|index| plain.devices[*index].last_at).max();
    let last = last.unwrap_or(Timestamp::from_micros(0));
    if unseen == 0 { last } else { last - STEP }
}

fn step(fire: &mut FireAlarmState, plain: &mut PlainFire, step: FireStep, now: Timestamp) {
    match step {
        FireStep::Report(index, state) => {
            fire.record_report(&device(DEVICES[index]), state, now);
            let told = &mut plain.devices[index];
            told.last_at = Some(now);
            match state {
                FireInputState::Over => told.reports.clear(),
                FireInputState::Burning | FireInputState::Pulsed => told.reports.push((state, now)),
            }
        }
        FireStep::LateReport(index, state) => {
            let Some(last) = plain.devices[index].last_at else { return };
            let before = fire.clone();
            assert!(!fire.record_report(&device(DEVICES[index]), state, last - STEP));
            assert_eq!(*fire, before);
        }
        FireStep::EndGarage { unseen } => {
            let garage = plain.of_garage();
            let through = seen(plain, &garage, unseen);
            assert_eq!(fire.end(FireEndScope::Garage, through), plain.end(&garage, through));
        }
        FireStep::EndLane { device: index, unseen } => {
            let id = device(DEVICES[index]);
            let holds = !plain.inputs.opens_every_lane(&id) && !plain.devices[index].reports.is_empty();
            let lane: Vec<usize> = holds.then_some(index).into_iter().collect();
            let through = seen(plain, &lane, unseen);
            assert_eq!(fire.end(FireEndScope::Lane(&id), through), plain.end(&lane, through));
        }
        FireStep::Restart => {
            let file = serde_json::to_string(fire).unwrap();
            let restored: FireAlarmState = serde_json::from_str(&file).unwrap();
            *fire = restored.with_inputs(plain.inputs.clone());
        }
    }
}

proptest! {
    #[test]
    fn the_garage_is_open_iff_a_device_that_stands_for_it_reports_fire(
        inputs in any_inputs(),
        steps in prop::collection::vec(any_step(), 1..60),
    ) {
        let mut fire = FireAlarmState::default().with_inputs(inputs.clone());
        let mut plain = PlainFire { inputs, devices: Default::default() };
        for (number, next) in steps.into_iter().enumerate() {
            let now = Timestamp::from_micros(1_000 * (i64::try_from(number).unwrap() + 1));
            step(&mut fire, &mut plain, next, now);
            let garage = plain.of_garage();
            prop_assert_eq!(fire.garage_alarm() == GarageAlarm::Fire, !garage.is_empty());
            for (index, id) in DEVICES.iter().enumerate() {
                let is_open = !garage.is_empty() || !plain.devices[index].reports.is_empty();
                prop_assert_eq!(fire.lane_alarm(&device(id)) == GarageAlarm::Fire, is_open);
            }
            let asserting = garage.iter().filter(|index| {
                plain.devices[**index].is_burning() && plain.inputs.is_named(&device(DEVICES[**index]))
            });
            let asserted_by = fire.garage_fire().map(|active| active.asserted_by).unwrap_or_default();
            prop_assert_eq!(asserted_by, asserting.map(|index| device(DEVICES[*index])).collect::<Vec<_>>());
        }
    }
}
