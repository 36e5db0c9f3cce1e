//! The waiting hall's screen.

use std::time::Duration;

use serde_json::{Value, json};

use crate::people::api::InternalApi;
use crate::people::district::car_comes;

contract!(the_hall_sees_masked_names_of_the_whole_school, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let hall = api.session("H-hall").await;
    car_comes(&api.app, "P-mei", "c-1").await;
    car_comes(&api.app, "P-brother", "c-2").await;
    let screen = api.get("/hall/arrivals", &hall).await.ok();
    let names: Vec<_> = screen["arrivals"].as_array().unwrap().iter().map(|a| a["pupil"].clone()).collect();
    assert_eq!(names, [json!("梅*雨"), json!("梅*风")]);
    assert!(!screen.to_string().contains("梅小") && !screen.to_string().contains("345"));
    assert_eq!(screen["school"]["id"], "north-primary");
    for key in ["T-1", "G-mother"] {
        api.get("/hall/arrivals", &api.session(key).await).await.refused(403, "not_a_hall");
    }
});

contract!(what_was_handed_over_leaves_the_screen_after_a_while, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let (hall, teacher) = (api.session("H-hall").await, api.session("T-1").await);
    let (id, mut seen) = car_comes(&api.app, "P-mei", "c-1").await;
    for act in ["release", "hand_over"] {
        let path = format!("/arrivals/{id}/acts");
        let done = api.post(&path, &teacher, json!({"act": act, "seen": seen})).await.ok();
        seen = done["cursor"].as_i64().unwrap();
    }
    let shown = async || -> Value { api.get("/hall/arrivals", &hall).await.ok()["arrivals"].clone() };
    assert_eq!(shown().await[0]["phase"], "handed_over");
    fixture.clock.advance(Duration::from_secs(10 * 60 + 1));
    assert_eq!(shown().await, json!([]));
    let changed = api.get("/hall/arrivals?after=0", &hall).await.ok();
    assert_eq!(changed["arrivals"][0]["phase"], "handed_over", "a screen that resumes learns of it");
});
