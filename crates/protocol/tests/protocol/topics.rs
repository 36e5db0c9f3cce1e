//! Topics separate devices: each written topic must parse to the same value, and no other text may parse.

use domain::ids::{DeviceId, GarageId};
use proptest::prelude::*;
use protocol::mqtt::{MqttPermissions, MqttTopic};

proptest! {
    #[test]
    fn a_topic_reads_back_as_itself(garage in "[a-z0-9-]{1,40}", device in "[a-z0-9-]{1,40}") {
        let (garage, device) = (GarageId::parse(&garage).unwrap(), DeviceId::parse(&device).unwrap());
        for topic in [
            MqttTopic::Event(garage.clone(), device.clone()),
            MqttTopic::Status(garage.clone(), device.clone()),
            MqttTopic::Command(garage.clone(), device.clone()),
            MqttTopic::Ack(garage.clone(), device.clone()),
            MqttTopic::OpenSpaces(garage.clone()),
            MqttTopic::Probe(garage.clone()),
        ] {
            prop_assert_eq!(MqttTopic::parse(&topic.to_string()).unwrap(), topic);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
        let _ = MqttTopic::parse(&text);
    }
}

#[test]
fn what_is_not_a_topic_of_ours_is_refused() {
    for topic in [
        "",
        "parking/v1",
        "parking/v1/g",
        "parking/v2/g/d/event",
        "parking/v1/g/d/event/x",
        "parking/v1/g/+/event",
        "parking/v1/G/d/event",
    ] {
        assert!(MqttTopic::parse(topic).is_err(), "{topic}");
    }
}

#[test]
fn a_device_has_its_own_topics_only() {
    let device =
        MqttPermissions::device(&GarageId::parse("macau-road").unwrap(), &DeviceId::parse("b1-in").unwrap());
    assert_eq!(device.username, "macau-road.b1-in");
    assert_eq!(device.publish, ["parking/v1/macau-road/b1-in/event", "parking/v1/macau-road/b1-in/status"]);
    assert_eq!(device.subscribe, ["parking/v1/macau-road/b1-in/command", "parking/v1/macau-road/b1-in/ack"]);
}
