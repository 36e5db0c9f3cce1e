//! Parameters that filter, and those that are refused.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::district::{MALL, MALL_TOKEN, SCHOOL, district};
use crate::common::gateway::heartbeat;
use crate::common::http::ServedRouter;
use crate::common::{StoreFixture, district as common_district};
use crate::public::{SITES, started};
use protocol::public::{PublishedSpec, SiteType, SourceSpec};
use server::app::import;

/// The mall is a car park with its own source name; the type of the school's garage is unknown.
async fn described(fixture: &StoreFixture) -> ServedRouter {
    let app = fixture.app();
    common_district::fill(&app).await;
    let mut district = district();
    district.garages[1].lat = 36.07;
    district.garages[1].published =
        Some(PublishedSpec { r#type: Some(SiteType::CarPark), ..PublishedSpec::default() });
    district.source = Some(SourceSpec {
        uid: "qingdao".to_owned(),
        name: "青岛".to_owned(),
        public_url: "https://example.org".to_owned(),
        license: None,
        contributor: None,
        attribution_url: None,
    });
    import::run(&app, &district).await.unwrap();
    ServedRouter::start(app).await
}

/// The sites that a query finds.
async fn found(server: &ServedRouter, query: &str) -> Vec<String> {
    let answer = server.get(&format!("{SITES}?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {:?}", answer.body);
    let items = answer.body["items"].as_array().unwrap();
    assert_eq!(answer.body["total_count"], json!(items.len()), "{query}");
    items.iter().map(|site| site["original_uid"].as_str().unwrap().to_owned()).collect()
}

contract!(each_parameter_chooses, |f| async {
    let server = described(f).await;
    let cases: [(&str, &[&str]); 29] = [
        ("", &[SCHOOL, MALL]),
        ("name=MALL", &[MALL]),
        ("name=%E5%81%9C%E8%BD%A6", &[SCHOOL, MALL]),
        ("name=nothing", &[]),
        ("purpose=CAR", &[SCHOOL, MALL]),
        ("purpose=BIKE", &[]),
        ("type=CAR_PARK", &[MALL]),
        ("type=UNDERGROUND", &[]),
        ("type=LOCKERS", &[]),
        ("not_type=CAR_PARK", &[SCHOOL]),
        ("not_type=UNDERGROUND", &[SCHOOL, MALL]),
        ("source_id=1", &[SCHOOL, MALL]),
        ("source_id=2", &[]),
        ("not_source_ids=1", &[]),
        ("not_source_ids=2,3", &[SCHOOL, MALL]),
        ("source_uid=qingdao", &[SCHOOL, MALL]),
        ("source_uid=other", &[]),
        ("source_uids=other,qingdao", &[SCHOOL, MALL]),
        ("source_uids=other", &[]),
        ("lat=36.06&lon=120.38&radius=100", &[SCHOOL]),
        ("lat=36.06&lon=120.38&radius=2000", &[SCHOOL, MALL]),
        ("lat_min=36.065&lat_max=36.08&lon_min=120&lon_max=121", &[MALL]),
        ("lat_min=36.05&lat_max=36.065&lon_min=120&lon_max=120.38", &[SCHOOL]),
        ("official_region_code=370202", &[]),
        ("ignore_duplicates=false", &[SCHOOL, MALL]),
        ("is_duplicate=true", &[]),
        ("calculate_has_realtime_data=true", &[SCHOOL, MALL]),
        ("type=CAR_PARK&name=school", &[]),
        ("limit=1000", &[SCHOOL, MALL]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(&server, query).await, expected, "{query}");
    }
});

contract!(times_choose_what_has_changed_since, |f| async {
    let server = started(f).await;
    found(&server, "").await;
    f.clock.advance(Duration::from_secs(600));
    let later = "2026-11-23T15:45:00%2B08:00";
    let before = "2026-11-23T15:00:00%2B08:00";
    for field in ["static_data_updated_at", "modified"] {
        assert_eq!(found(&server, &format!("{field}_since={later}")).await, [""; 0], "{field}");
        assert_eq!(found(&server, &format!("{field}_since={before}")).await.len(), 2, "{field}");
        assert_eq!(found(&server, &format!("{field}_until={before}")).await, [""; 0], "{field}");
    }
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    f.clock.advance(Duration::from_secs(1));
    assert_eq!(found(&server, &format!("realtime_data_updated_at_since={later}")).await, [MALL]);
    assert_eq!(found(&server, &format!("realtime_data_updated_since={later}")).await, [MALL]);
    assert_eq!(found(&server, "realtime_data_updated_at_since=2026-11-23T16:00:00Z").await, [""; 0]);
});

contract!(what_is_wrong_is_named, |f| async {
    let server = started(f).await;
    let cases = [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("start=x", "start"),
        ("type=GARAGE", "type"),
        ("type=", "type"),
        ("type=CAR_PARK&type=UNDERGROUND", "type"),
        ("not_type=x", "not_type"),
        ("purpose=car", "purpose"),
        ("source_id=x", "source_id"),
        ("source_uids=a,,b", "source_uids"),
        ("not_source_ids=1,x", "not_source_ids"),
        ("lat=1", "lon"),
        ("lat=1&lon=NaN&radius=1", "lon"),
        ("lat=91&lon=1&radius=1", "lat"),
        ("lat=1&lon=1&radius=0", "radius"),
        ("lat=1&lon=1&radius=-5", "radius"),
        ("lat_min=1&lat_max=2&lon_min=3", "lon_max"),
        ("lat_min=2&lat_max=1&lon_min=3&lon_max=4", "lat_max"),
        ("lat_min=1&lat_max=2&lon_min=3&lon_max=181", "lon_max"),
        ("static_data_updated_at_since=yesterday", "static_data_updated_at_since"),
        ("realtime_data_updated_at_until=2026-11-23", "realtime_data_updated_at_until"),
        ("modified_since=2026-11-23T15:00:00", "modified_since"),
        ("ignore_duplicates=perhaps", "ignore_duplicates"),
        ("tpye=CAR_PARK", "tpye"),
    ];
    for (query, field) in cases {
        let answer = server.get(&format!("{SITES}?{query}")).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_query"), "{query}");
        assert_eq!(answer.body["field"], json!(field), "{query}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
});

contract!(a_search_is_paged_as_the_list_is, |f| async {
    let server = started(f).await;
    let all = server.get(SITES).await.body;
    let id = all["items"][0]["id"].as_i64().unwrap();
    assert_eq!(server.get(&format!("{SITES}/{id}")).await.body, all["items"][0]);
    assert_eq!(server.get(&format!("{SITES}/999999")).await.code(), "not_found");
    for query in ["limit=1", "limit=1&name=car%20park&purpose=CAR"] {
        let page = server.get(&format!("{SITES}?{query}")).await.body;
        assert_eq!((&page["total_count"], &page["next_id"]), (&json!(2), &all["items"][1]["id"]), "{query}");
        let next = server.get(page["next_path"].as_str().unwrap()).await.body;
        assert_eq!((&next["items"][0], &next["total_count"]), (&all["items"][1], &json!(2)), "{query}");
        assert!(next.get("next_path").is_none() && next.get("next_id").is_none());
    }
    assert_eq!(server.get(&format!("{SITES}?start=999")).await.body["items"], Value::Array(vec![]));
});
