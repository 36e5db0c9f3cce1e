use super::*;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn device(id: &str) -> DeviceId {
    DeviceId::parse(id).unwrap()
}

fn naming(inputs: &[&str]) -> FireAlarmState {
    let inputs = FireInputs::Named(inputs.iter().map(|id| device(id)).collect());
    FireAlarmState::default().with_inputs(inputs)
}

#[test]
fn it_burns_until_each_input_has_reported_the_end() {
    let [a, b] = ["a", "b"].map(device);
    let mut fire = naming(&["a", "b"]);
    assert_eq!(fire.garage_alarm(), GarageAlarm::None);
    fire.record_report(&a, FireInputState::Burning, at(10));
    fire.record_report(&b, FireInputState::Burning, at(11));
    fire.record_report(&a, FireInputState::Over, at(12));
    assert_eq!(fire.garage_alarm(), GarageAlarm::Fire);
    assert!(!fire.record_report(&b, FireInputState::Over, at(9)), "older than its last report");
    assert_eq!(fire.end(FireEndScope::Garage, at(20)), Err(FireEndRefusal::InputOn));
    assert_eq!(fire.garage_fire().unwrap().asserted_by, std::slice::from_ref(&b));
    fire.record_report(&b, FireInputState::Over, at(13));
    assert_eq!(fire.garage_alarm(), GarageAlarm::None);
}

#[test]
fn a_device_that_is_no_input_opens_its_own_lane_and_a_person_ends_that() {
    let [input, camera, other] = ["input", "camera", "other"].map(device);
    let mut fire = naming(&["input"]);
    fire.record_report(&camera, FireInputState::Burning, at(10));
    let alarms = [&input, &camera, &other].map(|device| fire.lane_alarm(device));
    assert_eq!(alarms, [GarageAlarm::None, GarageAlarm::Fire, GarageAlarm::None]);
    assert_eq!((fire.garage_alarm(), fire.garage_fire()), (GarageAlarm::None, None));
    assert_eq!(fire.end(FireEndScope::Garage, at(20)), Err(FireEndRefusal::NoFire));
    assert_eq!(fire.end(FireEndScope::Lane(&input), at(20)), Err(FireEndRefusal::NoFire));
    assert_eq!(fire.end(FireEndScope::Lane(&camera), at(9)), Err(FireEndRefusal::FireAgain));
    assert_eq!(fire.end(FireEndScope::Lane(&camera), at(10)), Ok(()));
    assert_eq!(fire.lane_alarm(&camera), GarageAlarm::None);
    fire.record_report(&input, FireInputState::Burning, at(30));
    assert_eq!(fire.lane_alarm(&other), GarageAlarm::Fire);
}

#[test]
fn without_named_inputs_each_device_opens_every_lane_and_a_person_may_end_it() {
    let [a, b] = ["a", "b"].map(device);
    let mut fire = FireAlarmState::default();
    fire.record_report(&a, FireInputState::Burning, at(10));
    assert_eq!(fire.lane_alarm(&b), GarageAlarm::Fire);
    let active = fire.garage_fire().unwrap();
    assert_eq!((active.asserted_by, active.has_only_pulses), (Vec::new(), false));
    assert_eq!(fire.end(FireEndScope::Garage, at(10)), Ok(()));
    assert!(!fire.record_report(&a, FireInputState::Burning, at(10)), "a copy of the ended report");
    assert_eq!(fire.garage_alarm(), GarageAlarm::None);
    fire.record_report(&a, FireInputState::Burning, at(20));
    assert_eq!(fire.garage_alarm(), GarageAlarm::Fire);
}

#[test]
fn a_pulse_raises_the_alarm_and_a_person_ends_it() {
    let a = device("a");
    let mut fire = naming(&["a"]);
    assert_eq!(fire.end(FireEndScope::Garage, at(1)), Err(FireEndRefusal::NoFire));
    fire.record_report(&a, FireInputState::Pulsed, at(10));
    fire.record_report(&a, FireInputState::Pulsed, at(20));
    let active = fire.garage_fire().unwrap();
    assert_eq!((active.since, active.last_at, active.has_only_pulses), (at(10), at(20), true));
    assert_eq!(fire.end(FireEndScope::Garage, at(15)), Err(FireEndRefusal::FireAgain));
    assert_eq!(fire.end(FireEndScope::Garage, at(20)), Ok(()));
    assert_eq!((fire.garage_alarm(), fire.garage_fire()), (GarageAlarm::None, None));
}

#[test]
fn a_pulse_does_not_end_the_alarm_of_an_input_that_is_on() {
    let a = device("a");
    let mut fire = naming(&["a"]);
    fire.record_report(&a, FireInputState::Burning, at(10));
    fire.record_report(&a, FireInputState::Pulsed, at(11));
    assert_eq!(fire.end(FireEndScope::Garage, at(20)), Err(FireEndRefusal::InputOn));
    fire.record_report(&a, FireInputState::Over, at(12));
    assert_eq!(fire.garage_alarm(), GarageAlarm::None);
}

#[test]
fn the_file_of_the_first_version_is_read() {
    let fire: FireAlarmState =
        serde_json::from_str(r#"{"a":["burning","2026-11-23T07:30:01.000000Z"]}"#).unwrap();
    assert_eq!(fire.garage_alarm(), GarageAlarm::Fire);
    let inputs = FireInputs::Named(BTreeSet::new());
    assert_eq!(fire.with_inputs(inputs).garage_alarm(), GarageAlarm::None, "a device that is no input");
}
