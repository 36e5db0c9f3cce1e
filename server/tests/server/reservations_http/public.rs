//! Data that is visible without authentication.

use serde_json::json;

use crate::common::district::{MALL, SCHOOL, garage};
use crate::common::http::ask;
use crate::world::{ServerWorld, public, refused};

async fn number(world: &ServerWorld, id: &str) -> i64 {
    let mut tx = world.app.store.begin_read().await.unwrap();
    store::garage::find(&mut tx, &garage(id)).await.unwrap().unwrap().number
}

contract!(everybody_sees_the_coming_hours, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let path = format!("/api/public/v3/parking-sites/{}/forecast", number(&world, MALL).await);
    let answer = world.server.get(&format!("{path}?hours=24")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        (&answer.body["pools"][0]["audience"], answer.body["pools"].as_array().unwrap().len()),
        (&json!("public"), 1)
    );
    assert_eq!(answer.body["pools"][0]["slots"][0]["free"], 2);
    let again = world.server.client.get(world.server.url(&format!("{path}?hours=24")));
    let again = ask(again.header("if-none-match", answer.header("etag"))).await;
    assert_eq!(again.status, 304);
    refused(&world.server.get(&format!("{path}?hours=100")).await, 400, "invalid_query");
    refused(&world.server.get("/api/public/v3/parking-sites/99/forecast").await, 404, "not_found");
});

contract!(open_now_is_what_a_car_without_a_reservation_could_take, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let (mall, school) = (number(&world, MALL).await, number(&world, SCHOOL).await);
    world.count_nobody().await;
    let open = async |id: i64| {
        fixture.clock.advance(std::time::Duration::from_secs(2));
        world.server.get(&format!("/api/public/v3/parking-sites/{id}")).await.body
    };
    let now = open(mall).await;
    assert_eq!(
        (&now["realtime_free_capacity"], &now["realtime_opening_status"]),
        (&json!(2), &json!("OPEN"))
    );
    let closed = open(school).await;
    let shown = (&closed["realtime_free_capacity"], &closed["realtime_opening_status"]);
    assert_eq!(shown, (&json!(0), &json!("CLOSED")));
    let driver = world.driver(1).await;
    let body = public(1, "16:00-17:00").to_string().replace("2026-11-24", "2026-11-23");
    driver.reserved(MALL, &serde_json::from_str(&body).unwrap()).await;
    // A reserved car that has not arrived: a car that entered now would take its space.
    assert_eq!(open(mall).await["realtime_free_capacity"], 1);
});
