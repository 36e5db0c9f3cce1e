use super::file::GatewayConfigFile;
use super::*;

const GOOD: &str = r#"
garage = "macau-road"
data_dir = "/var/lib/gateway"
[mqtt]
password = { env = "PATH" }
[server]
url = "https://parking.example"
token = { env = "PATH" }
[[lane]]
id = "b1-in"
name = "B1 入口"
direction = "in"
device = "cam-1"
[[lane]]
id = "b1-out"
name = "B1 出口"
direction = "out"
device = "cam-2"
"#;

fn check(text: &str) -> Result<GatewayConfig, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gateway.toml");
    std::fs::write(&path, text).unwrap();
    GatewayConfigFile::load(&path)?.config()
}

fn error_of(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from));
    check(&GOOD.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn a_short_file_is_enough() {
    let config = check(GOOD).unwrap();
    assert_eq!(config.mqtt.username, "macau-road.gateway");
    assert_eq!(config.lanes[0].pass_by, PassDetection::Plate);
    assert_eq!((config.http, config.server.plan_poll), (None, PLAN_POLL));
    assert_eq!(config.events_per_second, EVENTS_PER_SECOND);
}

#[test]
fn the_example_file_is_valid() {
    let text = include_str!("../../gateway.example.toml");
    let text = text.replace("file = ", "env = ");
    let mut out = String::new();
    for line in text.lines() {
        match line.split_once("env = \"") {
            Some((head, tail)) if !line.trim_start().starts_with('#') => {
                let rest = tail.split_once('"').unwrap().1;
                out.push_str(&format!("{head}env = \"PATH\"{rest}\n"));
            }
            _ => out.push_str(&format!("{line}\n")),
        }
    }
    check(&out).unwrap();
}

#[test]
fn the_example_of_fire_inputs_is_valid() {
    let text = include_str!("../../../deploy/examples/gateway-fire-inputs.toml");
    let files = text.matches("{ file = \"").count();
    let mut text = text.to_owned();
    for _ in 0..files {
        let (head, tail) = text.split_once("{ file = \"").unwrap();
        let (_, rest) = tail.split_once('"').unwrap();
        text = format!("{head}{{ env = \"PATH\"{rest}");
    }
    let config = check(&text).unwrap();
    assert_eq!(config.fire_inputs_summary().matches("b1-").count(), 2);
}

#[test]
fn the_field_at_fault_is_named() {
    assert!(error_of("cam-2", "cam-1").starts_with("`lane[1].device`"));
    assert!(error_of("cam-2", "gateway").starts_with("`lane[1].device`"));
    assert!(error_of("cam-1", "sign").starts_with("`lane[0].device`"));
    assert!(error_of("\"b1-out\"", "\"b1-in\"").starts_with("`lane[1].id`"));
    assert!(error_of("https://parking.example", "http://parking.example").starts_with("`server.url`"));
    assert!(error_of("https://parking.example", "https://parking.example/x").starts_with("`server.url`"));
    assert!(error_of("https://parking.example", "parking").starts_with("`server.url`"));
    assert!(error_of("\"out\"", "\"sideways\"").contains("`lane[1].direction`"));
    assert!(error_of("\"macau-road\"", "\"Macau Road\"").contains("`garage`"));
    assert!(error_of("\"PATH\"", "\"NO_SUCH_VARIABLE_HERE\"").starts_with("`mqtt.password`"));
    assert!(
        error_of("[server]", "[server]\nplan_poll_seconds = 0").starts_with("`server.plan_poll_seconds`")
            && error_of("[server]", "[limits]\nevents_per_second = 0\n[server]")
                .starts_with("`limits.events_per_second`")
    );
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for url in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"] {
        check(&GOOD.replace("https://parking.example", url)).unwrap();
    }
}

const CAMERA: &str = r#"
[devices]
listen = "192.168.1.2:8890"
[[lane]]
id = "b2-in"
name = "B2 入口"
direction = "in"
device = "cam-3"
make = "hikvision"
address = "192.168.1.66"
serial = "a4:14:37:00:00:01"
control = { url = "http://192.168.1.66", username = "admin", password = { env = "PATH" } }
"#;

#[test]
fn a_lane_has_a_device_of_another_make() {
    let config = check(&format!("{GOOD}{CAMERA}")).unwrap();
    let device = config.lanes[2].foreign().unwrap();
    assert_eq!(
        (device.make.driver().id(), device.address),
        ("hikvision", Some(IpAddr::from([192, 168, 1, 66])))
    );
    assert_eq!(config.controls[&config.lanes[2].id].username, "admin");
    let zhenshi = CAMERA.replace("hikvision", "zhenshi-http").replace("control", "# control");
    check(&format!("{GOOD}{zhenshi}")).unwrap();
}

#[test]
fn the_field_at_fault_of_another_make_is_named() {
    let camera = |from: &str, to: &str| {
        assert!(CAMERA.contains(from));
        check(&format!("{GOOD}{}", CAMERA.replacen(from, to, 1))).unwrap_err().to_string()
    };
    assert!(camera("address = ", "# address = ").starts_with("`lane[2].address`"));
    assert!(camera("make = ", "# make = ").starts_with("`lane[2].address`"));
    assert!(camera("control", "# control").starts_with("`lane[2].control`"));
    assert!(camera("http://192.168.1.66", "192.168.1.66").starts_with("`lane[2].control.url`"));
    assert!(camera("http://192.168.1.66", "http://192.168.1.66/x").starts_with("`lane[2].control.url`"));
    assert!(camera("serial =", "pass_by = \"loop\"\nserial =").starts_with("`lane[2].loop_input`"));
    assert!(camera("[devices]\nlisten = \"192.168.1.2:8890\"\n", "").starts_with("`devices.listen`"));
    let twice = CAMERA.split_once("[[lane]]").unwrap().1.replace("b2-in", "b3-in").replace("cam-3", "cam-4");
    let twice = check(&format!("{GOOD}{CAMERA}[[lane]]{twice}")).unwrap_err().to_string();
    assert!(twice.starts_with("`lane[3].address`"), "{twice}");
    let unknown = camera("hikvision", "nobody");
    assert!(unknown.starts_with("`lane[2].make`") && unknown.contains("dahua"), "{unknown}");
}

#[test]
fn two_lanes_behind_one_address_need_what_their_messages_differ_by() {
    let two = |first: &str, second: &str| {
        let part = CAMERA.split_once("[[lane]]").unwrap().1;
        let one = CAMERA.replace("serial = \"a4:14:37:00:00:01\"", first);
        let other = part
            .replace("b2-in", "b3-in")
            .replace("cam-3", "cam-4")
            .replace("serial = \"a4:14:37:00:00:01\"", second);
        check(&format!("{GOOD}{one}[[lane]]{other}")).map(|config| config.lanes[3].clone())
    };
    let of_channel = two("channel = 1", "channel = 2").unwrap();
    assert_eq!(of_channel.foreign().unwrap().channel.as_deref(), Some("2"));
    two("serial = \"a\"", "serial = \"b\"").unwrap();
    for (first, second) in
        [("", ""), ("channel = 1", ""), ("channel = 1", "channel = 1"), ("serial = \"a\"", "channel = 1")]
    {
        let error = two(first, second).unwrap_err().to_string();
        assert!(error.starts_with("`lane[3].address`") && error.contains("lane[2]"), "{error}");
    }
}

#[test]
fn a_lane_judges_its_camera() {
    let rules = "min_confidence = 70\nconfidence_scale = \"byte\"\nconfidence_by = \"worst-character\"\ntravel = \"forward\"\nsame_car_seconds = 5\nserial";
    let config = check(&format!("{GOOD}{}", CAMERA.replacen("serial", rules, 1))).unwrap();
    let wanted = ReadingRules {
        min_confidence: 70,
        scale: ConfidenceScale::Byte,
        by_worst_character: true,
        travel: Some(TravelDirection::Forward),
        same_car: Duration::from_secs(5),
    };
    assert_eq!(config.lanes[2].reading, wanted);
}

#[test]
fn the_fire_inputs_are_devices_that_can_report_a_fire() {
    let fire =
        |inputs: &str| check(&GOOD.replacen("[server]", &format!("[fire]\ninputs = {inputs}\n[server]"), 1));
    assert_eq!(check(GOOD).unwrap().fire_inputs, FireInputs::Unnamed);
    let named = fire("[\"cam-1\", \"cam-2\"]").unwrap();
    assert!(named.fire_inputs.is_named(&DeviceId::parse("cam-2").unwrap()));
    assert!(named.fire_inputs_summary().contains("cam-1, cam-2"));
    let none = fire("[]").unwrap();
    assert!(none.has_no_fire_input() && !named.has_no_fire_input());
    let unknown = fire("[\"panel\"]").unwrap_err().to_string();
    assert!(unknown.starts_with("`fire.inputs`") && unknown.contains("panel"), "{unknown}");
}

#[test]
fn a_wired_fire_input_is_named_and_a_named_one_is_wired() {
    let camera = |inputs: &str, wired: &str| {
        let camera = CAMERA.replacen("serial", &format!("{wired}\nserial"), 1);
        check(&format!(
            "{}{camera}",
            GOOD.replacen("[server]", &format!("[fire]\ninputs = {inputs}\n[server]"), 1)
        ))
    };
    camera("[\"cam-3\"]", "fire_input = 2").unwrap();
    let unnamed = camera("[\"cam-1\"]", "fire_input = 2").unwrap_err().to_string();
    assert!(unnamed.starts_with("`fire.inputs`") && unnamed.contains("cam-3"), "{unnamed}");
    let unwired = camera("[\"cam-3\"]", "").unwrap_err().to_string();
    assert!(unwired.starts_with("`fire.inputs`") && unwired.contains("fire_input"), "{unwired}");
}
