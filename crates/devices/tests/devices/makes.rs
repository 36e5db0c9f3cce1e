//! Properties of every make of the table.

use std::collections::BTreeSet;

use devices::make::{DeviceConnection, InboundMessage, OpeningMethod};
use devices::makes::{MAKES, find, make_id};
use devices::message::MessageContent;
use devices::shape::message_shape;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn ids_are_unique_and_are_ids() {
    let ids: BTreeSet<&str> = MAKES.iter().map(|make| make.id()).collect();
    assert_eq!(ids.len(), MAKES.len());
    for make in MAKES {
        assert_eq!(make_id(*make).as_str(), make.id());
        assert!(!make.title().is_empty());
    }
}

#[test]
fn a_device_that_publishes_is_opened_by_what_it_subscribes_to() {
    for make in MAKES {
        let (DeviceConnection::Publishes(topics), OpeningMethod::Publish) =
            (make.connection(), make.opening())
        else {
            continue;
        };
        assert!(
            !topics.published_by("sn-1").is_empty() && !topics.subscribed_by("sn-1").is_empty(),
            "{}",
            make.id()
        );
    }
}

/// Messages that no make knows, with the expected summary.
#[test]
fn an_unknown_message_is_not_understood_and_resembles_a_reading_by_its_fields() {
    for make in MAKES.iter().filter(|make| fs_has(make.id())) {
        for (body, resembles) in [
            ("{\"hello\":\"world\"}", false),
            ("{\"kind\":\"x\",\"plateCount\":3}", false),
            ("{\"kind\":\"x\",\"carPlate\":\"\"}", true),
            ("{\"kind\":\"x\",\"text\":\"鲁B12345\"}", true),
            ("kind=x&trigger=1", true),
            ("<x><capturedImage>1</capturedImage></x>", true),
            ("garbage", false),
            ("garbage with plate_no 1", true),
            ("", false),
        ] {
            let message = crate::common::decode(*make, "/somewhere", body.as_bytes());
            let [MessageContent::NotUnderstood(unknown)] = message.contents.as_slice() else {
                panic!("{}: {body}: {message:?}", make.id())
            };
            assert_eq!(unknown.resembles_reading, resembles, "{}: {body}", make.id());
            assert!(unknown.fault.ends_with('.'), "{}", unknown.fault);
        }
    }
}

/// Makes whose corpus has this crate's first layout.
fn fs_has(make: &str) -> bool {
    ["zhenshi-http", "zhenshi-mqtt", "hikvision", "dahua", "huaxia"].contains(&make)
}

fn shape(address: &str, body: &[u8]) -> devices::shape::ShapeParts {
    let make = find("hikvision").unwrap();
    let message = crate::common::inbound(address, body);
    message_shape(make.id(), &message, &make.decode(&message))
}

proptest! {
    #[test]
    fn values_do_not_change_a_shape_and_fields_do(one in any::<(u32, String)>(), other in any::<(u32, String)>(), name in "[a-z]{3,8}") {
        let body = |(number, text): &(u32, String)| json!({ "number": number, "inner": { "text": text }, "list": [{ "a": number }] }).to_string();
        let (left, right) = (shape("/x?a=1", body(&one).as_bytes()), shape("/x?a=2", body(&other).as_bytes()));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(left.id.len(), 16);
        let more = json!({ "number": 1, "inner": { "text": "x" }, "list": [{ "a": 1 }], name: 1 }).to_string();
        prop_assert_ne!(&left.id, &shape("/x?a=1", more.as_bytes()).id);
        prop_assert_ne!(&left.id, &shape("/y?a=1", body(&one).as_bytes()).id);
    }

    #[test]
    fn bytes_without_a_structure_are_their_own_shape(one in "[g-z ]{1,40}", other in "[g-z ]{1,40}") {
        prop_assume!(one != other);
        prop_assert_ne!(shape("/x", one.as_bytes()).id, shape("/x", other.as_bytes()).id);
    }

    #[test]
    fn xml_and_forms_have_shapes_too(one in "[a-z0-9]{1,9}", other in "[a-z0-9]{1,9}") {
        for body in [|value: &str| format!("<x><y>{value}</y></x>"), |value: &str| format!("x=1&y={value}")] {
            prop_assert_eq!(shape("/x", body(&one).as_bytes()), shape("/x", body(&other).as_bytes()));
        }
    }
}

#[test]
fn a_shape_names_the_kind_and_no_other_value() {
    let left = shape("/x", br#"{"cmd":"self_test","serial":"917e","plateCount":2}"#);
    assert_eq!(left.summary, "/x: cmd=self_test, plateCount, serial");
    assert!(!left.resembles_reading);
    assert_ne!(left.id, shape("/x", br#"{"cmd":"other","serial":"917e","plateCount":2}"#).id);
    let named = shape("/x", "{\"鲁B12345\":1}".as_bytes());
    assert_eq!(named.summary, "/x: *");
}

#[test]
fn the_serial_number_in_an_address_does_not_count() {
    let make = find("zhenshi-mqtt").unwrap();
    let shape = |serial: &str| {
        let address = format!("device/{serial}/message/up/self_test");
        let message = crate::common::inbound(&address, b"{\"x\":1}");
        message_shape(make.id(), &message, &make.decode(&message))
    };
    assert_eq!(shape("sn-1"), shape("sn-2"));
    assert_eq!(shape("sn-1").summary, "device/*/message/up/self_test: x");
}

#[test]
fn a_damaged_message_is_its_own_shape_and_a_reading_resembles_one() {
    assert_ne!(shape("/x", b"{\"x\":1").id, shape("/x", b"{\"x\":2").id);
    assert!(shape("/x", b"{\"licensePlate\":1,\"eventType\":\"new\"}").resembles_reading);
}

#[test]
fn a_body_over_the_limit_is_read_as_far_as_it_goes() {
    let make = find("zhenshi-http").unwrap();
    let cut = br#"{"AlarmInfoPlate":{"serialno":"s","result":{"PlateResult":{"license":"MX7742","plateid":5,"imageFile":"/9j/"#;
    let message = InboundMessage { is_truncated: true, ..crate::common::inbound("/event", cut) };
    assert_eq!(crate::common::reading(&make.decode(&message)).plate.as_deref(), Some("MX7742"));
    let message = InboundMessage { is_truncated: true, ..crate::common::inbound("/event", b"/9j/4AAQ") };
    let [MessageContent::NotUnderstood(unknown)] = &make.decode(&message).contents[..] else {
        panic!("another content")
    };
    assert!(unknown.resembles_reading && unknown.fault.contains("16777216"), "{unknown:?}");
}
