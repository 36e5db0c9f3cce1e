//! The open-space feed as its readers see it, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use std::time::Duration;

use common::district::{FATHER, MALL, MALL_TOKEN, MOTHER, SCHOOL, SCHOOL_TOKEN, STRANGER, fill};
use common::gateway::{batch, entry, exit, heartbeat};
use common::http::{Served, ask};
use common::{Fixture, MONDAY};
use serde_json::{Value, json};
use testkit::wait::until;

const SITES: &str = "/api/public/v3/parking-sites";

async fn started(fixture: &Fixture) -> Served {
    let app = fixture.app();
    fill(&app).await;
    Served::start(app).await
}

/// The site of a garage, past the snapshot's age.
async fn site(fixture: &Fixture, server: &Served, garage: &str) -> Value {
    fixture.clock.advance(Duration::from_secs(1));
    let sites = server.get(SITES).await.body;
    let mut items = sites["items"].as_array().unwrap().iter();
    items.find(|site| site["original_uid"] == garage).unwrap().clone()
}

contract!(no_data_is_not_zero, |f| async {
    let server = started(f).await;
    let silent = site(f, &server, MALL).await;
    assert_eq!(silent["has_realtime_data"], json!(false));
    for key in ["realtime_free_capacity", "realtime_opening_status", "realtime_data_updated_at"] {
        assert!(silent.get(key).is_none(), "{key}");
    }
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    let alive = site(f, &server, MALL).await;
    assert_eq!(alive["realtime_free_capacity"], json!(300));
    assert_eq!(alive["realtime_opening_status"], json!("OPEN"));
    f.clock.advance(Duration::from_secs(31 * 60));
    assert_eq!(site(f, &server, MALL).await["has_realtime_data"], json!(false));
});

contract!(the_count_moves_with_the_cars, |f| async {
    let server = started(f).await;
    let cars = vec![entry("e1", MOTHER, MONDAY), entry("e2", FATHER, MONDAY)];
    server.take(MALL_TOKEN, &batch("a", 1, cars)).await;
    assert_eq!(site(f, &server, MALL).await["realtime_free_capacity"], json!(298));
    server.take(MALL_TOKEN, &batch("a", 3, vec![exit("e3", MOTHER, MONDAY)])).await;
    // The book hears of a passage a moment after the count; the lower figure of both is shown.
    until(Duration::from_secs(20), "the space of the car that has left", async || {
        (site(f, &server, MALL).await["realtime_free_capacity"] == json!(299)).then_some(())
    })
    .await;
});

contract!(a_wrong_count_is_clamped, |f| async {
    let server = started(f).await;
    server.take(MALL_TOKEN, &batch("a", 1, vec![exit("e1", STRANGER, MONDAY)])).await;
    assert_eq!(site(f, &server, MALL).await["realtime_free_capacity"], json!(300));
});

contract!(a_school_is_closed_to_the_public_during_pickup, |f| async {
    let server = started(f).await;
    server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    let pickup = site(f, &server, SCHOOL).await;
    assert_eq!(pickup["realtime_opening_status"], json!("CLOSED"));
    assert_eq!((&pickup["realtime_free_capacity"], &pickup["capacity"]), (&json!(0), &json!(107)));
    assert_eq!(pickup["opening_hours"], json!("Mo-Su 18:00-07:30"));
    f.clock.set("2026-11-23T18:00:00+08:00");
    server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    let evening = site(f, &server, SCHOOL).await;
    assert_eq!(evening["realtime_opening_status"], json!("OPEN"));
    // One plate has a permit for staff, whose window begins before the public's ends.
    assert_eq!(evening["realtime_free_capacity"], json!(106));
});

contract!(readers_may_keep_it_and_read_it_from_any_page, |f| async {
    let server = started(f).await;
    let request = server.client.get(server.url(SITES)).header("origin", "https://map.example");
    let first = ask(request).await;
    assert_eq!(first.header("access-control-allow-origin"), "*");
    assert_eq!(first.header("cache-control"), "public, max-age=5");
    let etag = first.header("etag").to_owned();
    let again = ask(server.client.get(server.url(SITES)).header("if-none-match", &etag)).await;
    assert_eq!((again.status, again.body), (304, Value::Null));
    f.clock.advance(Duration::from_secs(1));
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    f.clock.advance(Duration::from_secs(1));
    let changed = ask(server.client.get(server.url(SITES)).header("if-none-match", &etag)).await;
    assert_eq!(changed.status, 200);
});

contract!(one_site_pages_and_searches, |f| async {
    let server = started(f).await;
    let all = server.get(SITES).await.body;
    assert_eq!(all["total_count"], json!(2));
    let id = all["items"][0]["id"].as_i64().unwrap();
    assert_eq!(server.get(&format!("{SITES}/{id}")).await.body, all["items"][0]);
    assert_eq!(server.get(&format!("{SITES}/999999")).await.code(), "not_found");
    let page = server.get(&format!("{SITES}?limit=1")).await.body;
    let next = server.get(page["next_path"].as_str().unwrap()).await.body;
    assert_eq!(next["items"][0], all["items"][1]);
    assert!(next.get("next_path").is_none());
    let named = |query: &'static str| {
        let server = &server;
        async move { server.get(&format!("{SITES}?{query}")).await.body["total_count"].as_i64().unwrap() }
    };
    assert_eq!(named("name=MALL").await, 1);
    assert_eq!(named("purpose=BIKE").await, 0);
    assert_eq!(named("lat=36.06&lon=120.38&radius=100").await, 2);
    assert_eq!(named("lat=36.07&lon=120.38&radius=100").await, 0);
    assert_eq!(named("anything=else").await, 2);
    for wrong in ["limit=0", "limit=1001", "limit=x", "lat=1", "lat=1&lon=NaN&radius=1"] {
        assert_eq!(server.get(&format!("{SITES}?{wrong}")).await.code(), "invalid_query", "{wrong}");
    }
});
