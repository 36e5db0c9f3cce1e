//! Public drivers: an account without a school, and the same account after it uses the school's code.

use reqwest::Method;
use serde_json::{Value, json};
use server::app::bind_code;
use store::person;

use crate::people::api::InternalApi;
use crate::people::district::person_id;

async fn register(api: &InternalApi, openid: &str) -> Value {
    api.post("/sessions", "", json!({"openid": openid, "register": true})).await.ok()
}

fn token(session: &Value) -> &str {
    session["token"].as_str().unwrap()
}

contract!(a_stranger_who_asks_for_it_becomes_a_driver, |fixture| async {
    let api = InternalApi::start(fixture).await;
    api.post("/sessions", "", json!({"openid": "o-1"})).await.refused(404, "person_not_bound");
    let first = register(&api, "o-1").await;
    assert_eq!((&first["me"]["driver"], &first["me"]["name"]), (&json!(true), &json!("车主")));
    assert_eq!((&first["me"]["guardian"], &first["me"]["classes"]), (&json!(false), &json!([])));
    let again = register(&api, "o-1").await;
    assert_eq!(again["me"]["person_id"], first["me"]["person_id"], "one account is one driver");
    let without = api.post("/sessions", "", json!({"openid": "o-1"})).await.ok();
    assert_eq!(without["me"]["person_id"], first["me"]["person_id"]);
    let teacher = api.get("/me", &api.session("T-1").await).await.ok();
    assert_eq!(teacher["driver"], false);
});

contract!(a_wrong_code_makes_no_driver, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let body = json!({"openid": "o-1", "bind_code": "AAAAA-AAAAA", "register": true});
    api.post("/sessions", "", body).await.refused(403, "bind_code_invalid");
    api.post("/sessions", "", json!({"openid": "o-1"})).await.refused(404, "person_not_bound");
});

contract!(a_driver_has_plates_and_sees_no_children, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let session = register(&api, "o-1").await;
    let session = token(&session);
    for plate in ["鲁B11111", "鲁B22222", "鲁B33333"] {
        assert_eq!(api.post("/plates", session, json!({"plate": plate})).await.status, 201);
    }
    api.post("/plates", session, json!({"plate": "鲁B44444"})).await.refused(409, "too_many_plates");
    let plates = api.get("/plates", session).await.ok();
    assert_eq!(plates["plates"][1]["plate"], "鲁B22222");
    let first = plates["plates"][0]["id"].as_str().unwrap();
    api.delete(&format!("/plates/{first}"), &api.session("T-1").await).await.refused(404, "not_found");
    assert_eq!(api.delete(&format!("/plates/{first}"), session).await.status, 204);
    assert_eq!(api.get("/plates", session).await.ok()["plates"].as_array().unwrap().len(), 2);
    assert_eq!(api.get("/guardian", session).await.ok()["children"], json!([]));
    api.post("/guardian/claims", session, json!({})).await.refused(403, "not_a_guardian");
});

contract!(the_schools_code_takes_a_drivers_plates_along, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let driver = register(&api, "o-1").await;
    let old = token(&driver).to_owned();
    api.post("/plates", &old, json!({"plate": "鲁B11111"})).await.ok();
    api.post("/plates", &old, json!({"plate": crate::people::district::FAMILY_CAR})).await.ok();
    let code = bind_code::create(&api.app, "G-mother").await.unwrap().code;
    let body = json!({"openid": "o-1", "bind_code": code});
    let bound = api.post("/sessions", "", body).await.ok();
    assert_eq!((&bound["me"]["name"], &bound["me"]["driver"]), (&json!("梅妈妈"), &json!(false)));
    api.get("/me", &old).await.refused(401, "unauthorized");
    let plates = api.get("/plates", token(&bound)).await.ok();
    let plates: Vec<_> =
        plates["plates"].as_array().unwrap().iter().map(|own| own["plate"].clone()).collect();
    assert_eq!(
        plates,
        [json!(crate::people::district::FAMILY_CAR), json!("鲁B11111")],
        "what both had is there once"
    );
});

contract!(a_changed_plate_counts_at_once_and_an_ended_session_never_again, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let session = api.session("G-mother").await;
    for _ in 0..3 {
        api.get("/me", &session).await.ok();
    }
    assert_eq!(api.delete("/sessions/current", &session).await.status, 204);
    api.get("/me", &session).await.refused(401, "unauthorized");
    let service = [("authorization", "Bearer nobody"), ("x-user-session", session.as_str())];
    let refused = api.send(Method::GET, "/me", &service, None).await;
    refused.refused(401, "service_unauthorized");
});

contract!(a_replaced_service_token_ends, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let session = api.session("G-mother").await;
    api.get("/me", &session).await.ok();
    server::app::service_token::create(&api.app, "miniapp-api").await.unwrap();
    api.get("/me", &session).await.refused(401, "service_unauthorized");
});

contract!(permits_are_those_of_own_plates, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let session = api.session("G-other").await;
    api.post("/plates", &session, json!({"plate": "鲁B00001"})).await.ok();
    let grandfather = person_id(&api.app, "G-other").await;
    let mut tx = api.app.store.begin_read().await.unwrap();
    let permits = person::permits(&mut tx, grandfather).await.unwrap();
    assert_eq!(permits.len(), 1);
    assert_eq!(permits[0].audience, domain::access::Audience::Resident);
    assert_eq!(person::plate_hashes(&mut tx, grandfather).await.unwrap(), [permits[0].plate_hash.clone()]);
    assert!(person::reserved_garages(&mut tx, grandfather).await.unwrap().is_empty());
});
