//! The last cars leave. The garage is empty, every count is 0, and the database has each fact once.

use std::collections::BTreeSet;

use e2e::records;

use super::stage::{AfternoonStage, EXITS};
use crate::scene::school;

pub(super) async fn run(stage: &mut AfternoonStage) {
    for (plate, lane) in stage.model.inside.clone().into_iter().zip(EXITS.into_iter().cycle()) {
        stage.goes(lane, &plate).await;
    }
    super::compare::agrees(stage).await;
    assert_eq!(stage.model.count, 0);
    visits(stage).await;
    events(stage).await;
    feed(stage).await;
    commands(stage);
}

/// Each car that came in is one visit, which has ended: by its exit, but for the one that a walk found gone.
async fn visits(stage: &AfternoonStage) {
    let visits = records::visits(&stage.system.app().store).await;
    assert_eq!(visits.len(), stage.model.visits);
    assert!(visits.iter().all(|visit| visit.ended_by.is_some()), "{visits:?}");
    let by_exit = visits.iter().filter(|visit| visit.exit_event.is_some()).count();
    assert_eq!(by_exit, stage.model.visits - stage.model.ghosts);
}

async fn events(stage: &AfternoonStage) {
    let events = records::events(&stage.system.app().store).await;
    let ours = events.iter().filter(|event| event.garage_id == school().as_str());
    let keys: Vec<(&str, &str)> = ours.map(|it| (it.device.as_str(), it.event_id.as_str())).collect();
    let once: BTreeSet<_> = keys.iter().collect();
    assert_eq!(once.len(), keys.len(), "each event is stored once");
}

/// Cursors are assigned one by one, and each child that was announced has one arrival.
async fn feed(stage: &AfternoonStage) {
    let store = &stage.system.app().store;
    let feed = records::feed(store).await;
    let expected: Vec<i64> = (1..).take(feed.len()).collect();
    assert_eq!(feed, expected);
    assert_eq!(records::arrivals(store).await.len(), stage.model.children.len());
}

/// No barrier was opened for a car that had gone, and no controller keeps an event.
fn commands(stage: &AfternoonStage) {
    for lane in stage.lanes() {
        let counters = lane.counters();
        let odd =
            (counters.expired_commands, counters.unknown_commands, counters.rejected, counters.malformed);
        assert_eq!(odd, (0, 0, 0, 0), "{}", lane.event_topic());
        assert_eq!(lane.kept(), 0, "{}", lane.event_topic());
    }
}
