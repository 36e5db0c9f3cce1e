//! Purged data and kept data, on both databases.

use std::time::Duration;

use crate::common::district::{FATHER, MOTHER, SCHOOL, SCHOOL_TOKEN, fill, garage, plate};
use crate::common::gateway::{batch, entry, exit};
use crate::common::http::ServedRouter;
use crate::common::{MONDAY, StoreFixture};
use domain::ids::ClassId;
use server::app::purge::purge;
use store::seal::SealPurpose;
use store::{arrival, garage as garages, gate_event, visit};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn plates_of_events(fixture: &StoreFixture) -> Vec<bool> {
    let mut tx = fixture.store.begin_read().await.unwrap();
    let events = gate_event::page(&mut tx, &garage(SCHOOL), i64::MAX, 10_000).await.unwrap();
    events.iter().map(|event| event.plate_enc.is_some()).collect()
}

contract!(plates_are_forgotten_after_a_month_and_counts_stay, |f| async {
    let app = f.app();
    fill(&app).await;
    let server = ServedRouter::start(app.clone()).await;
    let cars = vec![entry("e1", MOTHER, MONDAY), entry("e2", FATHER, MONDAY), exit("e3", MOTHER, MONDAY)];
    server.take(SCHOOL_TOKEN, &batch("a", 1, cars)).await;
    f.clock.advance(DAY * 30);
    purge(&app).await.unwrap();
    assert_eq!(plates_of_events(f).await, [true; 3]);
    f.clock.advance(Duration::from_secs(1));
    purge(&app).await.unwrap();
    assert_eq!(plates_of_events(f).await, [false; 3]);
    let hash = f.keys().hash(SealPurpose::Plate, plate(FATHER).as_str());
    let mut tx = f.store.begin_read().await.unwrap();
    assert!(visit::of_plate(&mut tx, &garage(SCHOOL), &hash).await.unwrap().is_empty());
    assert_eq!(garages::find(&mut tx, &garage(SCHOOL)).await.unwrap().unwrap().occupied, Some(1));
});

contract!(arrivals_are_forgotten_when_their_time_is_over, |f| async {
    let app = f.app();
    fill(&app).await;
    let server = ServedRouter::start(app.clone()).await;
    server.take(SCHOOL_TOKEN, &batch("a", 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    let day = app.now().local_date();
    let count = async || {
        let mut tx = f.store.begin_read().await.unwrap();
        arrival::board(&mut tx, &ClassId::parse("c-1-1").unwrap(), day).await.unwrap().len()
    };
    f.clock.advance(app.retention.arrivals);
    purge(&app).await.unwrap();
    assert_eq!(count().await, 1);
    f.clock.advance(DAY);
    purge(&app).await.unwrap();
    assert_eq!(count().await, 0);
});

contract!(more_than_one_bite_is_forgotten_in_one_round, |f| async {
    let app = f.app();
    fill(&app).await;
    let server = ServedRouter::start(app.clone()).await;
    for first in [1_i64, 501, 1001] {
        let cars =
            (first..first + 500).map(|n| entry(&format!("e{n}"), &format!("鲁C{n:05}"), MONDAY)).collect();
        server.take(SCHOOL_TOKEN, &batch("a", first, cars)).await;
    }
    f.clock.advance(DAY * 31);
    // Every event and every visit. A second round may find more, because books end visits in between.
    assert!(purge(&app).await.unwrap() >= 3000);
    assert_eq!(plates_of_events(f).await, [false; 1500]);
});
