//! Outdated or doubtful counts are not published as facts.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::MONDAY;
use crate::common::district::{MALL, MALL_TOKEN, MOTHER, SCHOOL, SCHOOL_TOKEN, STRANGER};
use crate::common::gateway::{batch, entry, exit, heartbeat};
use crate::public::{site, started};

const NO_DATA: [&str; 3] = ["realtime_capacity", "realtime_free_capacity", "realtime_data_updated_at"];

fn has_no_data(site: &Value) {
    assert_eq!(site["has_realtime_data"], json!(false), "{site}");
    assert_eq!(site["realtime_opening_status"], json!("UNKNOWN"), "{site}");
    for key in NO_DATA {
        assert!(site.get(key).is_none(), "{key}: {site}");
    }
}

contract!(no_data_is_not_zero, |f| async {
    let server = started(f).await;
    has_no_data(&site(f, &server, MALL).await);
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    let alive = site(f, &server, MALL).await;
    assert_eq!(alive["realtime_free_capacity"], json!(300));
    assert_eq!(alive["realtime_opening_status"], json!("OPEN"));
});

contract!(a_dead_garage_has_no_data_after_three_minutes, |f| async {
    let server = started(f).await;
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    // `site` moves the clock by a second.
    f.clock.advance(Duration::from_secs(179));
    let last = site(f, &server, MALL).await;
    assert_eq!((&last["has_realtime_data"], &last["realtime_free_capacity"]), (&json!(true), &json!(300)));
    has_no_data(&site(f, &server, MALL).await);
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    assert_eq!(site(f, &server, MALL).await["has_realtime_data"], json!(true));
});

contract!(the_configuration_says_how_old_a_count_may_be, |f| async {
    let mut app = f.app();
    app.parts_mut().feed.max_age = Duration::from_secs(60);
    crate::common::district::fill(&app).await;
    let server = crate::public::ServedRouter::start(app).await;
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    f.clock.advance(Duration::from_secs(59));
    assert_eq!(site(f, &server, MALL).await["has_realtime_data"], json!(true));
    has_no_data(&site(f, &server, MALL).await);
    assert_eq!(server.get(crate::public::SITES).await.body["realtime_max_age_s"], json!(60));
});

contract!(a_count_that_cannot_be_true_is_not_published, |f| async {
    let server = started(f).await;
    server.take(MALL_TOKEN, &batch("a", 1, vec![exit("e1", STRANGER, MONDAY)])).await;
    has_no_data(&site(f, &server, MALL).await);
    // Another garage's count is not affected.
    server.take(SCHOOL_TOKEN, &heartbeat("a")).await;
    assert_eq!(site(f, &server, SCHOOL).await["has_realtime_data"], json!(true));
    server.take(MALL_TOKEN, &batch("a", 2, vec![entry("e2", MOTHER, MONDAY)])).await;
    assert_eq!(site(f, &server, MALL).await["has_realtime_data"], json!(true));
});

// The count was never checked, a third of the passages was not read, and a message was refused.
contract!(a_count_of_little_trust_is_not_published, |f| async {
    let server = started(f).await;
    let read = |n: usize| entry(&format!("e{n}"), &format!("鲁B1{n:04}"), MONDAY);
    server.take(MALL_TOKEN, &batch("a", 1, (0..8).map(read).collect())).await;
    assert_eq!(site(f, &server, MALL).await["has_realtime_data"], json!(true));
    let unread = |n: usize| {
        let mut event = entry(&format!("u{n}"), "", MONDAY);
        event.plate = None;
        event
    };
    let mut letters = batch("a", 9, (0..4).map(unread).collect());
    let refused = protocol::uplink::UplinkRecordContent::DeadLetter(protocol::uplink::DeadLetter {
        code: serde_json::from_value(json!("not_json")).unwrap(),
        detail: "expected value".to_owned(),
        excerpt: "{".to_owned(),
    });
    let seq = letters.records.last().unwrap().seq + 1;
    let record = protocol::uplink::UplinkRecord { seq, content: refused, ..letters.records[0].clone() };
    letters.records.push(record);
    server.take(MALL_TOKEN, &letters).await;
    f.clock.advance(Duration::from_secs(10));
    has_no_data(&site(f, &server, MALL).await);
});
