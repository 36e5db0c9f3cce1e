//! Validates the served feed by ParkAPI's own schema and validators.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::StoreFixture;
use crate::common::district::{MALL_TOKEN, SCHOOL_TOKEN, district, fill};
use crate::common::gateway::heartbeat;
use crate::common::http::ServedRouter;
use crate::public::SITES;
use protocol::public::SourceSpec;
use server::app::import;

/// Pip needs a network when it comes for the first time; `cargo xtask test` does that before the tests.
fn validated(answers: &Value) -> Output {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server");
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parkapi");
    let mut python = Command::new("python3");
    python.arg(tests.join("public/parkapi.py")).arg("validate").arg(venv);
    python.arg(tests.join("data/parkapi/parking-sites-v3.schema.json"));
    python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = python.spawn().expect("python3 runs; `cargo xtask test` installs it");
    running.stdin.take().unwrap().write_all(answers.to_string().as_bytes()).unwrap();
    running.wait_with_output().unwrap()
}

/// Both garages with live counts and descriptions, one with every possible field.
async fn answers() -> Value {
    let f = StoreFixture::sqlite().await;
    let app = f.app();
    fill(&app).await;
    let mut district = district();
    let spec = |json: Value| serde_json::from_value(json).unwrap();
    district.garages[0].published = Some(spec(json!({ "type": "UNDERGROUND" })));
    district.garages[1].published = Some(spec(
        json!({ "type": "CAR_PARK", "has_fee": true, "fee_description": "首小时免费",
        "max_height_cm": 210, "max_width_cm": 250, "is_covered": true, "has_lighting": false, "supervision": "VIDEO",
        "public_url": "https://example.org/mall", "phone": "+86 532 8888 0000",
        "external_identifiers": [{ "type": "OSM", "value": "way/1" }] }),
    ));
    district.source = Some(SourceSpec {
        uid: "qingdao".to_owned(),
        name: "青岛".to_owned(),
        public_url: "https://example.org".to_owned(),
        license: Some("CC BY 4.0".to_owned()),
        contributor: Some("区停车公司".to_owned()),
        attribution_url: None,
    });
    import::run(&app, &district).await.unwrap();
    let server = ServedRouter::start(app).await;
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    server.get(SITES).await;
    f.clock.advance(Duration::from_secs(600));
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    json!({
        "sites": server.get(SITES).await.body,
        "sources": server.get("/api/public/v3/sources").await.body,
        "history": server.get(&format!("{SITES}/2/history")).await.body,
    })
}

/// One test: two at once would make the environment at once.
#[tokio::test]
async fn parkapi_takes_what_is_served_and_refuses_what_is_forged() {
    let good = answers().await;
    let output = validated(&good);
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{error}");
    assert_eq!(said.trim(), "2 sites, 2 live, 2 samples: no faults");

    // A garage without a type and one without data are valid as well.
    let mut sparse = good.clone();
    let site = sparse["sites"]["items"][0].as_object_mut().unwrap();
    for key in ["type", "realtime_capacity", "realtime_free_capacity", "realtime_data_updated_at"] {
        site.remove(key);
    }
    site["has_realtime_data"] = json!(false);
    site["realtime_opening_status"] = json!("UNKNOWN");
    let output = validated(&sparse);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    for (pointer, forged) in [
        ("/sites/items/0/realtime_free_capacity", json!(-1)),
        ("/sites/items/1/type", json!("GARAGE")),
        ("/sites/items/1/opening_hours", json!("x".repeat(513))),
        ("/sites/items/0/static_data_updated_at", json!("yesterday")),
        ("/sources/items/0/uid", json!("")),
        ("/history/items/0/realtime_opening_status", json!("AJAR")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = forged;
        assert_eq!(validated(&bad).status.code(), Some(1), "{pointer}");
    }
}
