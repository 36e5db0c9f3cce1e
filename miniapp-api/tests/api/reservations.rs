//! Reservations on their way through: headers and queries go along, answers come back whole, and one phone has a limit.

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fake::Call;
use crate::world::World;

fn request(world: &World, method: Method, path: &str, session: &str) -> RequestBuilder {
    Client::new().request(method, world.url(path)).bearer_auth(session)
}

fn new() -> Value {
    json!({
        "audience": "pickup", "pool": null, "plate": "鲁B12345", "starts_at": "2026-11-23T15:30:00+08:00",
        "ends_at": "2026-11-23T16:00:00+08:00",
    })
}

async fn reserve(world: &World, garage: &str, session: &str) -> Response {
    let request = request(world, Method::POST, &format!("/garages/{garage}/reservations"), session);
    request.header("idempotency-key", "k-1").json(&new()).send().await.unwrap()
}

fn last_call(world: &World) -> Call {
    world.server.lock().calls.iter().rfind(|call| !call.path.contains("/feed")).unwrap().clone()
}

async fn code(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    (status, answer.json::<Value>().await.unwrap()["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn every_route_goes_to_its_mirror_with_its_query() {
    let world = World::start().await;
    let id = Uuid::new_v4();
    let times = "starts_at=2026-11-23T07%3A30%3A00.000000Z&ends_at=2026-11-23T08%3A00%3A00.000000Z";
    let cases = [
        (Method::GET, "/garages?audience=public".to_owned(), 200),
        (Method::GET, format!("/garages/macau-road/quote?audience=public&{times}&pool=main"), 200),
        (Method::GET, "/garages/macau-road/forecast?audience=public&hours=24".to_owned(), 200),
        (Method::GET, "/reservations".to_owned(), 200),
        (Method::GET, "/reservations?cursor=abc".to_owned(), 200),
        (Method::GET, format!("/reservations/{id}"), 200),
        (Method::GET, "/notices".to_owned(), 200),
        (Method::POST, format!("/notices/{id}/read"), 204),
    ];
    for (method, path, status) in cases {
        let answer = request(&world, method.clone(), &path, "t1").send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        let call = last_call(&world);
        assert_eq!((call.method.as_str(), call.path), (method.as_str(), format!("/internal/v1{path}")));
        assert_eq!(call.session.as_deref(), Some("t1"));
    }
}

#[tokio::test]
async fn a_reservation_is_made_with_its_key_and_has_a_tag() {
    let world = World::start().await;
    let answer = reserve(&world, "macau-road", "t1").await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["etag"], "\"2026-11-23T07:00:00.000000Z\"");
    let call = last_call(&world);
    assert_eq!(call.key.as_deref(), Some("k-1"));
    assert_eq!(call.body, new());
}

#[tokio::test]
async fn what_was_seen_goes_along_with_a_change_and_an_act() {
    let world = World::start().await;
    let path = format!("/reservations/{}", Uuid::new_v4());
    let change = request(&world, Method::PATCH, &path, "t1").header("if-match", "\"a\"");
    let body = json!({ "ends_at": "2026-11-23T09:00:00.000000Z" });
    assert_eq!(change.json(&body).send().await.unwrap().status(), 200);
    let call = last_call(&world);
    assert_eq!((call.seen.as_deref(), &call.body["ends_at"]), (Some("\"a\""), &body["ends_at"]));
    let act = request(&world, Method::POST, &format!("{path}/acts"), "t1").header("if-match", "\"b\"");
    assert_eq!(act.json(&json!({ "act": "cancel" })).send().await.unwrap().status(), 200);
    assert_eq!(last_call(&world).seen.as_deref(), Some("\"b\""));
}

#[tokio::test]
async fn a_driver_before_a_barrier_is_passed_through_with_the_key() {
    let world = World::start().await;
    let body = json!({ "garage": "macau-road", "lane": "in", "plate_id": Uuid::nil() });
    let enter = |body: &Value| request(&world, Method::POST, "/gate-entries", "t1").json(body);
    let answer = enter(&body).header("idempotency-key", "k-1").send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["state"], "waiting");
    let call = last_call(&world);
    assert_eq!((call.key.as_deref(), &call.body, call.session.as_deref()), (Some("k-1"), &body, Some("t1")));
}

#[tokio::test]
async fn who_gets_no_space_gets_help() {
    let world = World::start().await;
    let answer = reserve(&world, "full", "t1").await;
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["help"]["waiting"]), (&json!("full"), &json!(4)));
    assert_eq!(problem["help"]["next_start"], "2026-11-23T10:00:00.000000Z");
}

#[tokio::test]
async fn one_phone_may_try_so_often_and_another_is_not_touched() {
    let world = World::start().await;
    for _ in 0..20 {
        assert_eq!(reserve(&world, "full", "t1").await.status(), 409);
    }
    // On a slow machine some attempts have come back meanwhile.
    let mut answer = reserve(&world, "full", "t1").await;
    for _ in 0..100 {
        if answer.status() == 429 {
            break;
        }
        answer = reserve(&world, "full", "t1").await;
    }
    let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3).contains(&wait));
    assert_eq!(code(answer).await, (429, "too_many_requests".to_owned()));
    assert_eq!(reserve(&world, "macau-road", "t2").await.status(), 201);
    let look = request(&world, Method::GET, "/reservations", "t1").send().await.unwrap();
    assert_eq!(look.status(), 200, "looking is not trying");
}

#[tokio::test]
async fn one_phone_may_look_for_spaces_so_often_and_reserve_all_the_same() {
    let world = World::start().await;
    let look = |session: &'static str| request(&world, Method::GET, "/garages/macau-road/forecast", session);
    for _ in 0..10 {
        assert_eq!(look("t1").send().await.unwrap().status(), 200);
    }
    let answer = look("t1").send().await.unwrap();
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(code(answer).await, (429, "too_many_requests".to_owned()));
    assert_eq!(look("t2").send().await.unwrap().status(), 200);
    assert_eq!(reserve(&world, "macau-road", "t1").await.status(), 201);
}

#[tokio::test]
async fn a_stranger_may_come_as_a_driver() {
    let world = World::start().await;
    let body = json!({ "js_code": world.wechat.code_for("stranger"), "register": true });
    let answer = Client::new().post(world.url("/sessions")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(last_call(&world).body, json!({ "openid": "stranger", "register": true }));
}
