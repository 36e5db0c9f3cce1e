//! Entitlement to reserve under an audience; other people's reservations stay invisible.

use serde_json::json;

use crate::common::district::{FATHER, MALL, MOTHER, SCHOOL, STAFF};
use crate::world::{ServerWorld, id, pickup, public, refused, stay};

contract!(one_reserves_for_own_plates_as_what_one_is, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let (mother, driver) = (world.person("mother").await, world.driver(1).await);
    refused(&driver.reserve(MALL, &stay("public", MOTHER, "10:00-11:00")).await, 403, "not_your_plate");
    refused(&driver.reserve(SCHOOL, &stay("pickup", "鲁B70001", "15:00-15:30")).await, 403, "not_entitled");
    refused(&mother.reserve(MALL, &stay("pickup", MOTHER, "15:00-15:30")).await, 403, "not_entitled");
    refused(&mother.reserve(SCHOOL, &stay("staff", MOTHER, "08:00-09:00")).await, 403, "not_entitled");
    assert_eq!(mother.reserve(SCHOOL, &pickup("15:00-15:30")).await.status, 201);
    driver.post("/plates", &json!({ "plate": STAFF })).await;
    let staff = driver.reserve(SCHOOL, &stay("staff", STAFF, "08:00-09:00")).await;
    assert_eq!(staff.status, 201, "an own plate with the permit: {staff:?}");
    let without_permit = driver.reserve(SCHOOL, &stay("staff", "鲁B70001", "08:00-09:00")).await;
    refused(&without_permit, 403, "not_entitled");
});

contract!(a_blocked_guardian_is_no_guardian, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let blocked = world.person("blocked").await;
    let body = stay("pickup", crate::common::district::SHARED, "15:00-15:30");
    refused(&blocked.reserve(SCHOOL, &body).await, 403, "not_entitled");
});

contract!(a_parent_comes_in_the_time_of_an_own_childs_class, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    // Pickup of Hong's class begins half an hour after the window; the mother has a child in each class.
    let (uncle, mother) = (world.person("uncle").await, world.person("mother").await);
    let early = uncle.reserve(SCHOOL, &stay("pickup", "鲁B10009", "15:00-15:45")).await;
    refused(&early, 409, "outside_window");
    assert_eq!(early.body["help"]["next_start"], "2026-11-24T07:30:00.000000Z", "15:30");
    assert_eq!(uncle.reserve(SCHOOL, &stay("pickup", "鲁B10009", "15:30-16:00")).await.status, 201);
    assert_eq!(mother.reserve(SCHOOL, &pickup("15:00-15:45")).await.status, 201);
    let times = "starts_at=2026-11-24T15:00:00%2B08:00&ends_at=2026-11-24T15:45:00%2B08:00";
    let quote = uncle.get(&format!("/garages/{SCHOOL}/quote?audience=pickup&{times}")).await;
    assert_eq!(quote.body["refused"]["code"], "outside_window");
});

contract!(anothers_reservation_is_not_there, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let (first, second) = (world.driver(1).await, world.driver(2).await);
    let made = first.reserved(MALL, &public(1, "10:00-11:00")).await;
    let path = format!("/reservations/{}", id(&made));
    refused(&second.get(&path).await, 404, "not_found");
    refused(&second.act(id(&made), "cancel").await, 404, "not_found");
    let later = json!({ "ends_at": "2026-11-24T12:00:00+08:00" });
    refused(&second.patch(id(&made), &later).await, 404, "not_found");
    refused(&second.get("/reservations/01a20666-2567-7653-8407-c542291247db").await, 404, "not_found");
    let theirs = json!({ "plate": MOTHER });
    refused(&first.patch(id(&made), &theirs).await, 403, "not_your_plate");
    assert_eq!(second.get("/reservations").await.body["items"], json!([]));
});

contract!(one_sees_garages_and_forecasts_of_ones_audiences, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    let (driver, father) = (world.driver(1).await, world.person("father").await);
    let ids = |answer: crate::common::http::HttpReply| -> Vec<(String, Vec<String>)> {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let garages = answer.body["garages"].as_array().unwrap().clone();
        let audiences =
            |garage: &serde_json::Value| garage["audiences"].as_array().unwrap().iter().map(text).collect();
        garages.iter().map(|garage| (text(&garage["id"]), audiences(garage))).collect()
    };
    let named = |list: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        list.iter().map(|(id, audiences)| ((*id).to_owned(), own(audiences))).collect()
    };
    let all = ids(driver.get("/garages").await);
    assert_eq!(all, named(&[("far", &["public"]), (SCHOOL, &["public"]), (MALL, &["public"])]));
    // Residents cannot reserve here; they use a free space.
    let parents = ids(father.get("/garages?audience=pickup").await);
    assert_eq!(parents, named(&[(SCHOOL, &["pickup"])]));
    assert!(ids(driver.get("/garages?audience=staff").await).is_empty());
    refused(&driver.get("/garages?audience=everybody").await, 400, "invalid_query");
    let forecast = format!("/garages/{SCHOOL}/forecast");
    refused(&driver.get(&format!("{forecast}?audience=pickup")).await, 403, "not_entitled");
    refused(&father.get(&format!("{forecast}?hours=73")).await, 422, "invalid_body");
    let coming = driver.get(&format!("{forecast}?hours=4")).await;
    let slots = coming.body["pools"][0]["slots"].as_array().unwrap().clone();
    assert_eq!((slots.len(), &coming.body["step_minutes"]), (16, &json!(15)));
    assert_eq!(
        (&slots[0]["open"], &slots[0]["from"]),
        (&json!(false), &json!("2026-11-23T07:30:00.000000Z"))
    );
    let evening = slots.iter().find(|slot| slot["from"] == "2026-11-23T10:00:00.000000Z").unwrap();
    assert_eq!((&evening["open"], &evening["free"]), (&json!(true), &json!(3)));
    let quote = format!(
        "/garages/{SCHOOL}/quote?audience=staff&starts_at=2026-11-24T08:00:00%2B08:00&ends_at=2026-11-24T09:00:00%2B08:00"
    );
    refused(&father.get(&quote).await, 403, "not_entitled");
    refused(&father.reserve(SCHOOL, &stay("staff", FATHER, "08:00-09:00")).await, 403, "not_entitled");
});
