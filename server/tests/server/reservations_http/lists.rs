//! Lists in pages.

use serde_json::Value;

use crate::common::district::MALL;
use crate::world::{ServerWorld, id, public, refused};

contract!(own_reservations_come_newest_start_first_in_pages, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let mut made = Vec::new();
    // More than a page; no more than ten at a time are live.
    for n in 0..35 {
        let hour = 8 + n % 10;
        let one = driver.reserved(MALL, &public(1, &format!("{hour:02}:00-{hour:02}:45"))).await;
        driver.act(id(&one), "cancel").await;
        made.push((one["starts_at"].as_str().unwrap().to_owned(), id(&one).to_owned()));
    }
    made.sort_unstable();
    made.reverse();
    let seen = |page: &Value| -> Vec<(String, String)> {
        let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| (text(item, "starts_at"), text(item, "id"))).collect()
    };
    let first = driver.get("/reservations").await.body;
    let next = first["next"].as_str().unwrap();
    let second = driver.get(&format!("/reservations?cursor={next}")).await.body;
    assert!(second["next"].is_null());
    assert_eq!([seen(&first), seen(&second)].concat(), made);
    refused(&driver.get("/reservations?cursor=1").await, 400, "invalid_query");
});

contract!(a_query_that_is_wrong_names_its_parameter, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let driver = world.driver(1).await;
    let quote = format!("/garages/{MALL}/quote?audience=public");
    let cases = [
        ("/reservations?page=1".to_owned(), "page"),
        ("/reservations?cursor=1".to_owned(), "cursor"),
        ("/garages?audience=everybody".to_owned(), "audience"),
        ("/garages?audience=public&audience=public".to_owned(), "audience"),
        (format!("/garages/{MALL}/forecast?hours=many"), "hours"),
        (format!("{quote}&starts_at=2026-11-24T10:00:00%2B08:00"), "ends_at"),
        (format!("{quote}&starts_at=tomorrow"), "starts_at"),
    ];
    for (path, field) in cases {
        let answer = driver.get(&path).await;
        refused(&answer, 400, "invalid_query");
        assert_eq!(answer.body["field"], field, "{path}");
    }
});
