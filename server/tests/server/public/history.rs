//! The history of published samples.

use std::time::Duration;

use serde_json::json;

use crate::common::MONDAY;
use crate::common::district::{MALL_TOKEN, MOTHER};
use crate::common::gateway::{batch, entry, heartbeat};
use crate::public::{SITES, started};

contract!(a_sample_is_kept_every_five_minutes_and_for_a_week, |f| async {
    let server = started(f).await;
    let path = format!("{SITES}/2/history");
    // 15:40, 15:45 with a car inside, 15:50 without data.
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    assert_eq!(server.get(&path).await.body["total_count"], json!(1));
    f.clock.advance(Duration::from_secs(300));
    server.take(MALL_TOKEN, &batch("a", 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    f.clock.advance(Duration::from_secs(2));
    assert_eq!(server.get(&path).await.body["total_count"], json!(2));
    f.clock.advance(Duration::from_secs(300));
    let all = server.get(&path).await.body;
    let items = all["items"].as_array().unwrap();
    let free: Vec<_> = items.iter().map(|sample| sample.get("realtime_free_capacity").cloned()).collect();
    assert_eq!(free, [None, Some(json!(299)), Some(json!(300))]);
    let status: Vec<_> =
        items.iter().map(|sample| sample["realtime_opening_status"].as_str().unwrap()).collect();
    assert_eq!(status, ["UNKNOWN", "OPEN", "OPEN"]);
    assert_eq!(items[2]["created_at"], json!("2026-11-23T07:40:00.000000Z"));

    let page = server.get(&format!("{path}?limit=2")).await.body;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["total_count"]), (2, &json!(3)));
    let next = server.get(page["next_path"].as_str().unwrap()).await.body;
    assert_eq!((&next["items"][0], next.get("next_path")), (&items[2], None));

    f.clock.advance(Duration::from_secs(7 * 24 * 3600 + 300));
    let later = server.get(&path).await.body;
    assert_eq!(later["total_count"], json!(1));
    for (query, field) in
        [("limit=0", "limit"), ("limit=2018", "limit"), ("start=x", "start"), ("page=2", "page")]
    {
        let answer = server.get(&format!("{path}?{query}")).await;
        assert_eq!((answer.status, &answer.body["field"]), (400, &json!(field)), "{query}");
    }
    assert_eq!(server.get(&format!("{SITES}/99/history")).await.code(), "not_found");
});
