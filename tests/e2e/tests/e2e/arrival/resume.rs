//! Phones lose their connection all the time.

use std::sync::Arc;

use domain::ids::ClassId;
use e2e::phone::PATIENCE;
use e2e::system::TestSystem;
use testkit::wait;

use crate::scene::{drive, id, lane, of_class, school, teacher_of};

pub(super) async fn a_phone_that_was_away_misses_nothing(system: Arc<TestSystem>) {
    let class: ClassId = id("haifeng-3-1");
    let families = of_class(&system, &class, 5);
    let names: Vec<&str> = families.iter().map(|family| family.children[0].0.as_str()).collect();
    let teacher = teacher_of(&system, &class).await;
    let entry = lane(&system, &school(), "b1-in-1").await;
    let mut stream = teacher.follow(&class, None).await.unwrap();
    stream.until_live().await;
    drive(&entry, &families[0].plate).await;
    let seen = stream.arrival(|arrival| arrival.pupil == names[0]).await;
    // Cut without a word: the socket is dropped, not closed.
    drop(stream);

    for family in &families[1..] {
        drive(&entry, &family.plate).await;
    }
    wait::until(PATIENCE, "all are on the board", async || {
        let board = teacher.board(&class).await.arrivals;
        names.iter().all(|name| board.iter().any(|shown| shown.pupil == *name)).then_some(())
    })
    .await;

    let mut stream = teacher.follow(&class, Some(seen.cursor)).await.unwrap();
    let (cursor, missed) = stream.until_live().await;
    let ours = missed.iter().filter(|shown| names.contains(&shown.pupil.as_str()));
    let ours: Vec<&str> = ours.map(|shown| shown.pupil.as_str()).collect();
    assert_eq!(ours, names[1..], "each once, in the order of the gate");
    assert!(missed.windows(2).all(|pair| pair[0].cursor < pair[1].cursor));
    let (_, again) = teacher.follow(&class, Some(cursor)).await.unwrap().until_live().await;
    assert!(again.iter().all(|shown| shown.cursor > cursor), "what was shown is not shown again");
}
