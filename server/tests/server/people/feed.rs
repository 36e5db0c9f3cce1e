//! The long poll, and the promise that a reader never passes a change that is still to appear.

use std::time::{Duration, Instant};

use protocol::people::FeedCursor;
use serde_json::json;
use server::app::{App, feed as poll};
use tokio::task::JoinSet;

use crate::people::api::InternalApi;
use crate::people::district::{self, car_comes};

/// The server waits up to 25 s.
const WAIT: Duration = Duration::from_secs(20);

contract!(the_feed_names_rooms_and_no_children, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let head = api.get("/feed", "").await.ok();
    assert_eq!(head, json!({"cursor": 0, "news": []}));
    car_comes(&api.app, "P-mei", "c-1").await;
    car_comes(&api.app, "P-brother", "c-2").await;
    car_comes(&api.app, "P-other", "c-1").await;
    let page = api.get("/feed?after=0&wait_ms=1000", "").await.ok();
    let room =
        |class: &str, cursor: i64| json!({"class": class, "school": "north-primary", "cursor": cursor});
    assert_eq!(page, json!({"cursor": 3, "news": [room("c-2", 2), room("c-1", 3)]}));
    assert_eq!(api.get("/feed?after=3", "").await.ok(), json!({"cursor": 3, "news": []}));
    assert_eq!(api.get("/feed?after=99&wait_ms=20000", "").await.ok()["cursor"], 3, "a restored database");
    api.get("/feed?after=3&wait_ms=-1", "").await.refused(400, "invalid_query");
});

contract!(a_change_ends_the_wait, |fixture| async {
    let api = InternalApi::start(fixture).await;
    let started = Instant::now();
    let path = format!("/feed?after=0&wait_ms={}", WAIT.as_millis());
    let waiting = api.get(&path, "");
    let (page, _) = tokio::join!(waiting, car_comes(&api.app, "P-mei", "c-1"));
    assert_eq!(page.ok()["cursor"], 1);
    assert!(started.elapsed() < WAIT, "it has not waited to the end");
});

contract!(a_lost_wake_up_is_found_and_another_replica_is_heard, |fixture| async {
    let (app, other) = (fixture.app(), fixture.replica().await);
    district::fill(&app).await;
    let waiting = poll::poll(&app, Some(0), WAIT);
    let (page, _) = tokio::join!(waiting, car_comes(&other, "P-mei", "c-1"));
    assert_eq!(page.unwrap().cursor, 1);
});

contract!(a_closing_process_answers_at_once, |fixture| async {
    let app = fixture.app();
    let started = Instant::now();
    let waiting = poll::poll(&app, Some(0), WAIT);
    let (page, ()) = tokio::join!(waiting, async { app.closing.cancel() });
    assert_eq!(page.unwrap().cursor, 0);
    assert!(started.elapsed() < WAIT, "it has not waited to the end");
});

/// Writers change arrivals from two replicas at once while one reader follows by cursor.
async fn followed(app: &App, writers: usize, changes: usize, writing: &App) -> Vec<FeedCursor> {
    let mut tasks = JoinSet::new();
    for i in 0..writers {
        let app = if i % 2 == 0 { app.clone() } else { writing.clone() };
        tasks.spawn(async move {
            for n in 0..changes {
                let (pupil, class) = if (i + n) % 2 == 0 { ("P-mei", "c-1") } else { ("P-brother", "c-2") };
                car_comes(&app, pupil, class).await;
            }
        });
    }
    let last = i64::try_from(writers * changes).unwrap();
    let mut seen = Vec::new();
    let mut after = 0;
    let deadline = Instant::now() + testkit::wait::PATIENCE;
    while after < last {
        assert!(Instant::now() < deadline, "stuck at {after} of {last}");
        let page = poll::poll(app, Some(after), Duration::from_secs(5)).await.unwrap();
        let mut tx = app.store.begin_read().await.unwrap();
        let today = app.now().local_date();
        for class in ["c-1", "c-2"] {
            let class = district::class(class);
            let rows = store::arrival::changed_in_class(&mut tx, &class, today, after, 10_000).await;
            seen.extend(rows.unwrap().iter().map(|row| row.cursor).filter(|c| *c <= page.cursor));
        }
        after = page.cursor;
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    seen.sort_unstable();
    seen
}

contract!(a_reader_by_cursor_misses_nothing_and_sees_nothing_twice, |fixture| async {
    let (app, other) = (fixture.app(), fixture.replica().await);
    district::fill(&app).await;
    let seen = followed(&app, 6, 15, &other).await;
    assert_eq!(seen, (1..=90).collect::<Vec<FeedCursor>>());
});
