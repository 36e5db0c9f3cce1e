//! The open-space feed from outside, on both databases.

mod caching;
mod facts;
mod freshness;
mod history;
mod judged;
mod search;

use std::time::Duration;

use crate::common::district::{FATHER, MALL, MALL_TOKEN, MOTHER, SCHOOL, SCHOOL_TOKEN, fill};
use crate::common::gateway::{batch, entry, exit, heartbeat};
use crate::common::http::ServedRouter;
use crate::common::{MONDAY, StoreFixture};
use serde_json::{Value, json};
use testkit::wait::until;

const SITES: &str = "/api/public/v3/parking-sites";

async fn started(fixture: &StoreFixture) -> ServedRouter {
    let app = fixture.app();
    fill(&app).await;
    ServedRouter::start(app).await
}

/// The site of a garage, past the snapshot's age.
async fn site(fixture: &StoreFixture, server: &ServedRouter, garage: &str) -> Value {
    fixture.clock.advance(Duration::from_secs(1));
    let sites = server.get(SITES).await.body;
    let mut items = sites["items"].as_array().unwrap().iter();
    items.find(|site| site["original_uid"] == garage).unwrap().clone()
}

contract!(the_count_moves_with_the_cars, |f| async {
    let server = started(f).await;
    let cars = vec![entry("e1", MOTHER, MONDAY), entry("e2", FATHER, MONDAY)];
    server.take(MALL_TOKEN, &batch("a", 1, cars)).await;
    assert_eq!(site(f, &server, MALL).await["realtime_free_capacity"], json!(298));
    server.take(MALL_TOKEN, &batch("a", 3, vec![exit("e3", MOTHER, MONDAY)])).await;
    // The book processes a passage a moment after the count changes; the lower of the two figures is published.
    until(testkit::wait::PATIENCE, "the space of the car that has left", async || {
        (site(f, &server, MALL).await["realtime_free_capacity"] == json!(299)).then_some(())
    })
    .await;
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
