//! Facts of garages beyond counts: unknown is absent, times of change are right, the source has a licence.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::StoreFixture;
use crate::common::district::{MALL, SCHOOL, district, fill};
use crate::common::http::ServedRouter;
use crate::public::{SITES, site, started};
use domain::access::Audience;
use domain::window::Weekdays;
use protocol::public::{PublishedSpec, SourceSpec};
use protocol::sharing::WindowSpec;
use server::app::{App, import};

fn spec(json: Value) -> PublishedSpec {
    serde_json::from_value(json).unwrap()
}

async fn publish(app: &App, mall: Value) {
    let mut district = district();
    district.garages[1].published = Some(spec(mall));
    import::run(app, &district).await.unwrap();
}

contract!(what_nobody_has_said_is_absent, |f| async {
    let server = started(f).await;
    let mall = site(f, &server, MALL).await;
    let keys = [
        "type",
        "has_fee",
        "fee_description",
        "max_height",
        "max_width",
        "is_covered",
        "has_lighting",
        "supervision_type",
        "public_url",
        "phone",
        "external_identifiers",
    ];
    for key in keys {
        assert!(mall.get(key).is_none(), "{key}: {mall}");
    }
});

contract!(facts_of_a_garage_are_published, |f| async {
    let app = f.app();
    fill(&app).await;
    publish(
        &app,
        json!({ "type": "CAR_PARK", "has_fee": true, "fee_description": "首小时免费", "max_height_cm": 210, "max_width_cm": 250,
            "is_covered": true, "has_lighting": false, "supervision": "VIDEO", "public_url": "https://example.org/mall",
            "phone": "+86 532 8888 0000", "external_identifiers": [{ "type": "OSM", "value": "way/1" }] }),
    )
    .await;
    let server = ServedRouter::start(app.clone()).await;
    let mall = site(f, &server, MALL).await;
    let expected = json!({ "type": "CAR_PARK", "has_fee": true, "fee_description": "首小时免费", "max_height": 210,
        "max_width": 250, "is_covered": true, "has_lighting": false, "supervision_type": "VIDEO",
        "public_url": "https://example.org/mall", "phone": "+86 532 8888 0000",
        "external_identifiers": [{ "type": "OSM", "value": "way/1" }] });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&mall[key], value, "{key}");
    }
    // A file without facts changes nothing; one with fewer facts removes the rest.
    import::run(&app, &district()).await.unwrap();
    assert_eq!(site(f, &server, MALL).await["has_fee"], json!(true));
    publish(&app, json!({ "has_fee": false })).await;
    let mall = site(f, &server, MALL).await;
    assert_eq!((&mall["has_fee"], mall.get("type")), (&json!(false), None));
});

contract!(a_garage_that_is_not_listed_is_not_there, |f| async {
    let app = f.app();
    fill(&app).await;
    publish(&app, json!({ "listed": false })).await;
    let server = ServedRouter::start(app.clone()).await;
    let sites = server.get(SITES).await.body;
    assert_eq!((&sites["total_count"], &sites["items"][0]["original_uid"]), (&json!(1), &json!(SCHOOL)));
    for path in ["", "/forecast", "/history"] {
        assert_eq!(server.get(&format!("{SITES}/2{path}")).await.code(), "not_found", "{path}");
    }
    publish(&app, json!({})).await;
    f.clock.advance(Duration::from_secs(1));
    assert_eq!(server.get(SITES).await.body["total_count"], json!(2));
});

async fn changed_at(fixture: &StoreFixture, server: &ServedRouter, garage: &str) -> String {
    site(fixture, server, garage).await["static_data_updated_at"].as_str().unwrap().to_owned()
}

contract!(the_time_of_the_facts_moves_with_hours_and_facts_alone, |f| async {
    let app = f.app();
    fill(&app).await;
    let server = ServedRouter::start(app.clone()).await;
    let (mall, school) = (changed_at(f, &server, MALL).await, changed_at(f, &server, SCHOOL).await);
    f.clock.advance(Duration::from_secs(60));
    server.take(crate::common::district::MALL_TOKEN, &crate::common::gateway::heartbeat("a")).await;
    assert_eq!(changed_at(f, &server, MALL).await, mall);
    publish(&app, json!({ "has_fee": false })).await;
    let with_fee = changed_at(f, &server, MALL).await;
    assert!(with_fee > mall);
    let mut district = district();
    let weekend = Weekdays::try_from(0b110_0000).unwrap();
    district.garages[1].windows = vec![WindowSpec::new(Audience::Public, weekend, 0, 1440)];
    f.clock.advance(Duration::from_secs(60));
    import::run(&app, &district).await.unwrap();
    let hours = changed_at(f, &server, MALL).await;
    assert!(hours > with_fee);
    assert_eq!(changed_at(f, &server, SCHOOL).await, school);
    // A day off of the city changes the hours for another reason.
    f.clock.advance(Duration::from_secs(60));
    let city = serde_json::from_str(r#"[{"date":"2026-12-12","off":false,"acts_as":"Mon"}]"#).unwrap();
    let city: Vec<protocol::calendar::CityDay> = city;
    server::app::calendar::import::city_days(&app, &city).await.unwrap();
    let city = changed_at(f, &server, MALL).await;
    assert!(city > hours);
    // Another replica, or the next start, publishes the same time.
    let again = ServedRouter::start(f.replica().await).await;
    assert_eq!(changed_at(f, &again, MALL).await, city);
});

contract!(the_source_has_a_licence, |f| async {
    let app = f.app();
    fill(&app).await;
    let server = ServedRouter::start(app.clone()).await;
    let unnamed = server.get("/api/public/v3/sources").await.body;
    assert_eq!((&unnamed["total_count"], &unnamed["items"][0]["id"]), (&json!(1), &json!(1)));
    assert!(unnamed["items"][0].get("attribution_license").is_none());
    let mut district = district();
    district.source = Some(SourceSpec {
        uid: "qingdao-shinan".to_owned(),
        name: "青岛市市南区".to_owned(),
        public_url: "https://example.org/open-data".to_owned(),
        license: Some("CC BY 4.0".to_owned()),
        contributor: Some("区停车公司".to_owned()),
        attribution_url: Some("https://example.org/terms".to_owned()),
    });
    import::run(&app, &district).await.unwrap();
    f.clock.advance(Duration::from_secs(1));
    let answer = server.get("/api/public/v3/sources").await;
    assert!(answer.header("etag").starts_with("W/"));
    let source = &answer.body["items"][0];
    let expected = [
        ("uid", "qingdao-shinan"),
        ("name", "青岛市市南区"),
        ("public_url", "https://example.org/open-data"),
        ("attribution_license", "CC BY 4.0"),
        ("attribution_contributor", "区停车公司"),
        ("attribution_url", "https://example.org/terms"),
        ("static_status", "ACTIVE"),
        ("realtime_status", "PROVISIONED"),
    ];
    for (key, value) in expected {
        assert_eq!(source[key], json!(value), "{key}");
    }
    assert_eq!(server.get("/api/public/v3/sources/1").await.body, *source);
    district.source.as_mut().unwrap().public_url = "example.org".to_owned();
    let refused = import::run(&app, &district).await.unwrap_err();
    assert!(refused.to_string().contains("`source.public_url`"), "{refused}");
});
