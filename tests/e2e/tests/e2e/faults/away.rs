//! The link between garage and district is down: the garage goes on alone.

use e2e::phone::PATIENCE;
use e2e::system::{PostgresChoice, SystemForm, SystemPart, SystemSetup, TestSystem};
use testkit::wait;

use crate::faults::school::{
    RECOVERY, Told, acknowledged, boards, classes, drive_up, everything_once, garage, names, setup,
};
use crate::scene::{answer, id};
use simulator::controller::CommandAction;

pub(super) async fn cars_come_while_away(part: SystemPart) {
    let mut system =
        TestSystem::start(SystemSetup { postgres: PostgresChoice::Own, ..setup(SystemForm::Separate) }).await;
    let entry = system.controller(&garage(), &id("in")).await;
    let before = acknowledged(drive_up(&system, &entry, 0..3)).await;
    system.kill9(part);

    let mut told = Vec::new();
    for car in drive_up(&system, &entry, 3..15) {
        let decided = answer(car.pending.decided).await;
        assert_eq!(decided.action, CommandAction::Opened, "the gate does not ask the server");
        tokio::time::timeout(PATIENCE, car.pending.acked).await.expect("an acknowledgement").unwrap();
        let event_id = car.pending.event_id.to_string();
        told.push(Told { family: car.family, event_id, decided: Some(decided) });
    }
    system.restart(part).await;

    let all: Vec<Told> = before.into_iter().chain(told).collect();
    everything_once(&system, &all).await;
    in_the_order_of_the_gate(&system, &all).await;
    system.stop().await;
}

async fn in_the_order_of_the_gate(system: &TestSystem, told: &[Told]) {
    wait::until(RECOVERY, "every child is on its board", async || {
        let boards = boards(system).await;
        classes().iter().all(|class| boards[class].len() == names(told, class).len()).then_some(())
    })
    .await;
    let boards = boards(system).await;
    for class in classes() {
        let shown: Vec<&str> = boards[&class].iter().map(|arrival| arrival.pupil.as_str()).collect();
        assert_eq!(shown, names(told, &class));
    }
}
