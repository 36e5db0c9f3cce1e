//! Authorization: operators only, and only for their own garages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::district::{MALL, SCHOOL};
use crate::common::http::ask;
use crate::sharing_http::console::{NIGHT, SharingConsole, audited, morning, version};
use crate::world::{ServerWorld, refused};

const CLOSURE: &str = "closures/01a20666-2567-7653-8407-c542291247db";

/// Every route of sharing, with a valid body.
fn routes() -> [(Method, &'static str, Option<Value>); 14] {
    let closure = json!({
        "from": "2026-11-24T08:00:00+08:00", "until": "2026-11-24T09:00:00+08:00", "reason": "cleaning",
    });
    let pools = json!({ "pools": [{ "id": "main", "name": "a", "name_en": "a", "size": 1, "spaces": [] }] });
    let rules = json!({
        "strikes": 0, "strike_days": 30, "block_days": 7, "live_per_person": 1, "live_per_plate": 1,
    });
    [
        (Method::GET, "windows", None),
        (Method::POST, "windows", Some(morning())),
        (Method::POST, "windows/preview", Some(json!({ "rule": morning() }))),
        (Method::PUT, "windows/school-3", Some(morning())),
        (Method::DELETE, "windows/school-3", None),
        (Method::GET, "closures", None),
        (Method::POST, "closures", Some(closure.clone())),
        (Method::POST, "closures/preview", Some(closure)),
        (Method::DELETE, CLOSURE, None),
        (Method::GET, "pools", None),
        (Method::PUT, "pools", Some(pools)),
        (Method::GET, "openings?from=2026-11-23&to=2026-11-29", None),
        (Method::GET, "sharing-rules", None),
        (Method::PUT, "sharing-rules", Some(rules)),
    ]
}

contract!(another_operators_garage_is_not_there, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let mall = SharingConsole::of_garage(&world, "wang", MALL).await;
    let before = version(&world).await;
    for (method, rest, body) in routes() {
        for garage in [SCHOOL, "nowhere"] {
            let request = mall.request(method.clone(), &format!("{garage}/{rest}"));
            let request = request.header("if-match", "*").header("idempotency-key", "k");
            let answer = ask(match &body {
                Some(body) => request.json(body),
                None => request,
            })
            .await;
            refused(&answer, 404, "not_found");
        }
    }
    let own = ask(mall.request(Method::GET, &format!("{MALL}/windows"))).await;
    assert_eq!((own.status, own.header("cache-control")), (200, "no-store"));
    let theirs = mall.request(Method::PUT, &format!("{MALL}/windows/{NIGHT}")).header("if-match", "*");
    refused(&ask(theirs.json(&morning())).await, 404, "not_found");
    let preview = mall.request(Method::POST, &format!("{MALL}/windows/preview"));
    refused(&ask(preview.json(&json!({ "window": NIGHT }))).await, 404, "not_found");
    assert_eq!((version(&world).await, audited(fixture).await), (before, Vec::new()));
});

contract!(another_garages_closure_is_not_there, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let (school, mall) =
        (SharingConsole::open(&world).await, SharingConsole::of_garage(&world, "wang", MALL).await);
    let closed = json!({
        "from": "2026-11-24T08:00:00+08:00", "until": "2026-11-24T09:00:00+08:00", "reason": "cleaning",
    });
    let made = school.add("closures", &closed).await;
    let path = format!("closures/{}", made.body["id"].as_str().unwrap());
    refused(&ask(mall.request(Method::DELETE, &format!("{MALL}/{path}"))).await, 404, "not_found");
    assert_eq!(school.get("closures").await.body["closures"].as_array().unwrap().len(), 1);
    let same_key = mall.request(Method::POST, &format!("{MALL}/closures")).header("idempotency-key", "key-0");
    let others = ask(same_key.json(&closed)).await;
    assert_eq!(others.status, 201, "a key is its operator's");
    assert_ne!(others.body["id"], made.body["id"]);
});

contract!(nobody_comes_in_without_a_session_or_from_another_site, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let console = SharingConsole::open(&world).await;
    for (method, rest, body) in routes() {
        let url = world.server.url(&format!("/api/operator/v1/garages/{SCHOOL}/{rest}"));
        let body = body.unwrap_or_default();
        let without = world.server.client.request(method.clone(), &url).header("x-requested-with", "console");
        refused(&ask(without.json(&body)).await, 401, "unauthorized");
        let mut forged =
            console.request(method.clone(), &format!("{SCHOOL}/{rest}")).json(&body).build().unwrap();
        forged.headers_mut().remove("x-requested-with");
        let client = world.server.client.clone();
        let answer = ask(reqwest::RequestBuilder::from_parts(client, forged)).await;
        if method == Method::GET {
            assert_eq!(answer.status, 200, "{answer:?}");
        } else {
            refused(&answer, 403, "not_from_console");
        }
    }
    assert_eq!(audited(fixture).await, []);
});
