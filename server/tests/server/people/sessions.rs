//! Who may call, and how a WeChat account becomes a person.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use server::app::bind_code;
use server::app::key_check::{self, KeyCheckError};
use server::app::session;
use store::seal::SealingKeyring;

use crate::people::api::InternalApi;
use crate::people::district;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Every route of `/internal/v1`; the test below fails when a route answers without the service token.
const ROUTES: [(Method, &str); 24] = [
    (Method::POST, "/sessions"),
    (Method::DELETE, "/sessions/current"),
    (Method::GET, "/me"),
    (Method::GET, "/classes/c-1/arrivals"),
    (Method::POST, "/arrivals/01a20666-2567-7653-8407-c542291247db/acts"),
    (Method::GET, "/hall/arrivals"),
    (Method::GET, "/guardian"),
    (Method::POST, "/guardian/claims"),
    (Method::POST, "/gate-entries"),
    (Method::GET, "/plates"),
    (Method::POST, "/plates"),
    (Method::DELETE, "/plates/01a20666-2567-7653-8407-c542291247db"),
    (Method::GET, "/garages"),
    (Method::GET, "/garages/g-1/quote"),
    (Method::GET, "/garages/g-1/forecast"),
    (Method::POST, "/garages/g-1/reservations"),
    (Method::POST, "/garages/g-1/reservation-series"),
    (Method::GET, "/reservations"),
    (Method::GET, "/reservations/01a20666-2567-7653-8407-c542291247db"),
    (Method::PATCH, "/reservations/01a20666-2567-7653-8407-c542291247db"),
    (Method::POST, "/reservations/01a20666-2567-7653-8407-c542291247db/acts"),
    (Method::GET, "/notices"),
    (Method::POST, "/notices/01a20666-2567-7653-8407-c542291247db/read"),
    (Method::GET, "/feed"),
];

contract!(every_route_needs_the_service_token, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let session = api.session("T-1").await;
    for (method, path) in ROUTES {
        for token in ["", "Bearer wrong", "Basic x"] {
            let headers = [("authorization", token), ("x-user-session", session.as_str())];
            let answer = api.send(method.clone(), path, &headers, Some(json!({}))).await;
            answer.refused(401, "service_unauthorized");
        }
    }
});

contract!(what_belongs_to_a_person_needs_a_session, |fixture| async {
    let api = InternalApi::start(fixture).await;
    for (method, path) in ROUTES.into_iter().filter(|(_, path)| !matches!(*path, "/sessions" | "/feed")) {
        for session in ["", "no-such-session"] {
            let body = (method != Method::GET && method != Method::DELETE).then(|| json!({}));
            let answer = api.call(method.clone(), path, session, body).await;
            answer.refused(401, "unauthorized");
        }
    }
});

#[test]
fn the_list_of_routes_is_complete() {
    let document = server::http::internal::described().split_for_parts().1;
    let described: usize = document
        .paths
        .paths
        .values()
        .map(|item| {
            let operations = [&item.get, &item.post, &item.delete, &item.put, &item.patch];
            operations.iter().filter(|operation| operation.is_some()).count()
        })
        .sum();
    assert_eq!(described, ROUTES.len(), "add the new route to ROUTES");
}

contract!(a_wrong_query_names_its_parameter, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let session = api.session("T-1").await;
    let cases = [
        ("/classes/c-1/arrivals?after=x", "after"),
        ("/classes/c-1/arrivals?after=-1", "after"),
        ("/classes/c-1/arrivals?after=1&after=2", "after"),
        ("/hall/arrivals?since=1", "since"),
        ("/garages?colour=red", "colour"),
        ("/garages/g-1/quote?audience=public", "starts_at"),
        ("/garages/g-1/forecast?hours=many", "hours"),
    ];
    for (path, field) in cases {
        let answer = api.get(path, &session).await;
        answer.refused(400, "invalid_query");
        assert_eq!(answer.body["field"], field, "{path}");
    }
});

contract!(a_bind_code_works_once_and_then_the_account_is_enough, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let unbound = api.post("/sessions", "", json!({"openid": "o-1"})).await;
    unbound.refused(404, "person_not_bound");
    let code = bind_code::create(&api.app, "G-mother").await.unwrap().code;
    let typed = code.to_lowercase().replace('-', " ");
    let first = api.post("/sessions", "", json!({"openid": "o-1", "bind_code": typed})).await;
    assert_eq!(first.status, 201);
    assert_eq!(first.body["me"]["name"], "梅妈妈");
    assert_eq!(first.body["me"]["guardian"], true);
    let again = api.post("/sessions", "", json!({"openid": "o-1"})).await.ok();
    assert_ne!(again["token"], first.body["token"]);
    let used = api.post("/sessions", "", json!({"openid": "o-2", "bind_code": code})).await;
    used.refused(403, "bind_code_invalid");
});

contract!(guesses_are_limited_for_each_account, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let code = bind_code::create(&api.app, "G-mother").await.unwrap().code;
    let guess = |openid: &'static str, code: &str| {
        let body = json!({"openid": openid, "bind_code": code});
        let api = &api;
        async move { api.post("/sessions", "", body).await }
    };
    for _ in 0..bind_code::MAX_ATTEMPTS {
        guess("o-1", "AAAAA-AAAAA").await.refused(403, "bind_code_invalid");
    }
    guess("o-1", &code).await.refused(429, "too_many_attempts");
    guess("o-2", "AAAAA-AAAAA").await.refused(403, "bind_code_invalid");
    fixture.clock.advance(bind_code::ATTEMPT_WINDOW);
    guess("o-1", &code).await.ok();
});

contract!(an_old_code_and_a_replaced_code_are_refused, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let replaced = bind_code::create(&api.app, "G-mother").await.unwrap().code;
    let code = bind_code::create(&api.app, "G-mother").await.unwrap().code;
    let body = |code: &str| json!({"openid": "o-1", "bind_code": code});
    api.post("/sessions", "", body(&replaced)).await.refused(403, "bind_code_invalid");
    fixture.clock.advance(bind_code::VALID);
    api.post("/sessions", "", body(&code)).await.refused(403, "bind_code_invalid");
});

contract!(a_fresh_code_moves_the_person_to_another_account, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let bind = async |openid: &str| {
        let code = bind_code::create(&api.app, "G-mother").await.unwrap().code;
        let answer = api.post("/sessions", "", json!({"openid": openid, "bind_code": code})).await.ok();
        answer["token"].as_str().unwrap().to_owned()
    };
    let old = bind("o-old").await;
    let new = bind("o-new").await;
    api.get("/me", &old).await.refused(401, "unauthorized");
    api.get("/me", &new).await.ok();
    api.post("/sessions", "", json!({"openid": "o-old"})).await.refused(404, "person_not_bound");
});

contract!(an_account_that_changes_hands_leaves_its_person, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let bind = async |key: &str| {
        let code = bind_code::create(&api.app, key).await.unwrap().code;
        let body = json!({"openid": "o-1", "bind_code": code});
        api.post("/sessions", "", body).await.ok()["token"].as_str().unwrap().to_owned()
    };
    let mother = bind("G-mother").await;
    let other = bind("G-other").await;
    api.get("/me", &mother).await.refused(401, "unauthorized");
    assert_eq!(api.get("/me", &other).await.ok()["name"], "何爷爷");
});

contract!(an_ended_session_is_ended, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let session = api.session("T-1").await;
    assert_eq!(api.delete("/sessions/current", &session).await.status, 204);
    api.get("/me", &session).await.refused(401, "unauthorized");
});

contract!(a_session_lives_as_long_as_it_is_used, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let (used, unused) = (api.session("T-1").await, api.session("T-1").await);
    for _ in 0..3 {
        fixture.clock.advance(DAY * 20);
        api.get("/me", &used).await.ok();
    }
    api.get("/me", &unused).await.refused(401, "unauthorized");
    fixture.clock.advance(DAY * 30);
    api.get("/me", &used).await.refused(401, "unauthorized");
});

contract!(a_person_who_does_not_exist_gets_no_session, |fixture| async {
    let app = fixture.app();
    district::fill(&app).await;
    assert!(session::issue(&app, uuid::Uuid::now_v7().into()).await.is_err());
});

contract!(a_wrong_key_is_noticed_at_the_start, |fixture| async {
    let app = fixture.app();
    key_check::run(&app).await.unwrap();
    key_check::run(&app).await.unwrap();
    let other = server::app::App::new(
        fixture.store.clone(),
        SealingKeyring::new(&[8; 32]).unwrap(),
        fixture.clock.clone(),
    );
    assert!(matches!(key_check::run(&other).await, Err(KeyCheckError::WrongKey)));
});
