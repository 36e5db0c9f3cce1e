//! A parent's page, claims and plates.

use serde_json::{Value, json};

use crate::people::api::InternalApi;
use crate::people::district::{FAMILY_CAR, FATHERS_CAR, car_comes, pupil_id};

fn names(page: &Value) -> Vec<&str> {
    page["children"].as_array().unwrap().iter().map(|child| child["name"].as_str().unwrap()).collect()
}

contract!(a_guardian_sees_own_children_and_plates_only, |fixture| async {
    let api = InternalApi::start(fixture).await;
    car_comes(&api.app, "P-mei", "c-1").await;
    let page = api.get("/guardian", &api.session("G-mother").await).await.ok();
    assert_eq!(names(&page), ["梅小雨", "梅小风"]);
    assert_eq!(page["plates"][0]["plate"], FAMILY_CAR);
    let mei = &page["children"][0];
    assert_eq!((&mei["arrival"]["phase"], &mei["arrival"]["plate"]), (&json!("waiting"), &json!(FAMILY_CAR)));
    assert_eq!(mei["window"]["from"], "2026-11-23T07:30:00.000000Z");
    assert_eq!(page["children"][1]["arrival"], Value::Null);
    let other = api.get("/guardian", &api.session("G-other").await).await.ok();
    assert_eq!((names(&other), &other["plates"]), (vec!["何其他"], &json!([])));
    let teacher = api.get("/guardian", &api.session("T-1").await).await.ok();
    assert_eq!(teacher["children"], json!([]));
});

contract!(a_blocked_guardian_sees_nothing_of_the_child, |fixture| async {
    let api = InternalApi::start(fixture).await;
    car_comes(&api.app, "P-mei", "c-1").await;
    let father = api.session("G-father").await;
    let page = api.get("/guardian", &father).await.ok();
    assert_eq!(names(&page), ["梅小风"]);
    assert!(!page.to_string().contains("梅小雨"));
    let mei = pupil_id(&api.app, "P-mei").await;
    api.post("/guardian/claims", &father, json!({"pupils": [mei]})).await.refused(403, "not_your_child");
    let claimed = api.post("/guardian/claims", &father, json!({})).await.ok();
    assert_eq!(names(&claimed), ["梅小风"]);
    let board = api.get("/classes/c-1/arrivals", &api.session("T-1").await).await.ok();
    assert_eq!(board["arrivals"].as_array().unwrap().len(), 1, "the mother's car only");
});

contract!(a_claim_names_so_many_children_and_no_more, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let mother = api.session("G-mother").await;
    let pupils = vec![uuid::Uuid::nil(); 21];
    let refused = api.post("/guardian/claims", &mother, json!({"pupils": pupils})).await;
    refused.refused(422, "invalid_body");
    assert_eq!(refused.body["field"], "pupils");
    let pupils = &pupils[..20];
    api.post("/guardian/claims", &mother, json!({"pupils": pupils})).await.refused(403, "not_your_child");
    api.post("/guardian/claims", &mother, json!({"children": []})).await.refused(422, "invalid_body");
});

contract!(a_blocked_persons_car_never_comes_for_the_child, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let expected = async |plate: &str| {
        let hash = api.app.keys.hash(store::seal::SealPurpose::Plate, plate);
        let mut tx = api.app.store.begin_read().await.unwrap();
        let garage = crate::people::district::garage();
        let cars = [(&garage, hash.as_slice(), String::new())];
        let mut pupils = store::school::pupils_of_cars(&mut tx, &cars).await.unwrap();
        pupils.remove(&(garage.clone(), hash.clone(), String::new())).unwrap_or_default()
    };
    assert_eq!(expected(FAMILY_CAR).await.len(), 2);
    assert_eq!(expected(FATHERS_CAR).await.len(), 1, "the brother only");
    // The mother registers the father's car: the block still overrides it, and the brother has two guardians in it.
    let mother = api.session("G-mother").await;
    api.post("/plates", &mother, json!({"plate": FATHERS_CAR})).await.ok();
    let pupils = expected(FATHERS_CAR).await;
    assert_eq!(pupils.len(), 1);
    assert_eq!(pupils[0].relation, "母亲、父亲");
});

contract!(a_claim_waits_for_the_teacher_and_is_made_once, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let (mother, teacher) = (api.session("G-mother").await, api.session("T-1").await);
    let page = api.post("/guardian/claims", &mother, json!({})).await.ok();
    assert_eq!(page["children"][0]["arrival"]["phase"], "claimed");
    assert_eq!(page["children"][1]["arrival"]["phase"], "claimed");
    let again = api.post("/guardian/claims", &mother, json!({"pupils": []})).await.ok();
    assert_eq!(again["children"], page["children"]);
    let board = api.get("/classes/c-1/arrivals", &teacher).await.ok();
    assert_eq!(board["arrivals"].as_array().unwrap().len(), 1);
    let claim = &board["arrivals"][0];
    assert_eq!((&claim["plate_tail"], &claim["guardian"]), (&Value::Null, &json!("母亲")));
    let acts = format!("/arrivals/{}/acts", claim["id"].as_str().unwrap());
    let released = json!({"act": "release", "seen": claim["cursor"]});
    api.post(&acts, &teacher, released).await.refused(409, "wrong_phase");
    let rejected = json!({"act": "reject", "seen": claim["cursor"]});
    assert_eq!(api.post(&acts, &teacher, rejected).await.ok()["phase"], "rejected");
    let anew = api.post("/guardian/claims", &mother, json!({})).await.ok();
    assert_eq!(anew["children"][0]["arrival"]["order"], 2);
});

contract!(a_claim_needs_the_pickup_window, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let mother = api.session("G-mother").await;
    for closed in ["2026-11-23T15:29:59+08:00", "2026-11-23T17:30:00+08:00", "2026-11-28T15:40:00+08:00"] {
        fixture.clock.set(closed);
        api.post("/guardian/claims", &mother, json!({})).await.refused(409, "outside_pickup_window");
    }
    let other = pupil_id(&api.app, "P-other").await;
    fixture.clock.set("2026-11-23T15:40:00+08:00");
    api.post("/guardian/claims", &mother, json!({"pupils": [other]})).await.refused(403, "not_your_child");
    api.post("/guardian/claims", &api.session("T-1").await, json!({})).await.refused(403, "not_a_guardian");
});

contract!(plates_are_checked_few_and_ones_own, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let mother = api.session("G-mother").await;
    let add = async |session: &str, plate: &str| api.post("/plates", session, json!({"plate": plate})).await;
    let wrong = add(&mother, "not a plate").await;
    wrong.refused(422, "invalid_plate");
    assert_eq!(wrong.body["field"], "plate");
    add(&mother, " 鲁b·12345").await.refused(409, "plate_taken");
    let second = add(&mother, "鲁BD12345").await;
    assert_eq!((second.status, &second.body["plate"]), (201, &json!("鲁BD12345")));
    add(&mother, "鲁B11111").await.ok();
    add(&mother, "鲁B22222").await.refused(409, "too_many_plates");
    add(&api.session("T-1").await, "鲁B33333").await.ok();
    let own = format!("/plates/{}", second.body["id"].as_str().unwrap());
    api.delete(&own, &api.session("G-other").await).await.refused(404, "not_found");
    assert_eq!(api.delete(&own, &mother).await.status, 204);
    api.delete(&own, &mother).await.refused(404, "not_found");
    add(&mother, "鲁B22222").await.ok();
});
