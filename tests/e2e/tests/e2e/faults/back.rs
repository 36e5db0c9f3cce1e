//! Killed and started again.

use std::time::Duration;

use e2e::phone::PATIENCE;
use e2e::records;
use e2e::system::{SystemForm, SystemPart, TestSystem};
use simulator::controller::ResendPolicy;
use testkit::wait;

use crate::faults::school::{acknowledged, classes, drive_up, everything_once, garage, setup};
use crate::scene::{id, teacher_of};

pub(super) async fn a_process_killed_under_load_loses_nothing(form: SystemForm) {
    killed_under_load(form, first(form)).await;
}

const fn first(form: SystemForm) -> SystemPart {
    match form {
        SystemForm::Standalone => SystemPart::Standalone,
        SystemForm::Separate => SystemPart::Gateway(0),
    }
}

pub(super) async fn killed_under_load(form: SystemForm, part: SystemPart) {
    let mut system = TestSystem::start(setup(form)).await;
    let mut config = system.controller_config(&garage(), &id("in"));
    config.resend = ResendPolicy { first: Duration::from_millis(300), most: Duration::from_secs(2) };
    let entry = system.connect(config).await;
    let first = drive_up(&system, &entry, 0..20);
    wait::until(PATIENCE, "some are acknowledged", async || (entry.kept() < 15).then_some(())).await;
    system.kill9(part);
    let second = drive_up(&system, &entry, 20..40);
    system.restart(part).await;

    let told = acknowledged(first.into_iter().chain(second).collect()).await;
    everything_once(&system, &told).await;
    system.stop().await;
}

/// The process that a phone is connected to.
const fn phones_process(form: SystemForm) -> SystemPart {
    match form {
        SystemForm::Standalone => SystemPart::Standalone,
        SystemForm::Separate => SystemPart::Miniapp,
    }
}

pub(super) async fn a_phone_resumes_after_its_process_died(form: SystemForm) {
    let mut system = TestSystem::start(setup(form)).await;
    let [class, _] = classes();
    let entry = system.controller(&garage(), &id("in")).await;
    let teacher = teacher_of(&system, &class).await;
    let mut stream = teacher.follow(&class, None).await.unwrap();
    let (cursor, _) = stream.until_live().await;

    system.kill9(phones_process(form));
    assert_eq!(stream.end().await, None, "cut without a word");
    system.restart(phones_process(form)).await;
    system.gateways_ready().await;
    entry.connected(PATIENCE).await.unwrap();
    let told = acknowledged(drive_up(&system, &entry, 0..6)).await;

    everything_once(&system, &told).await;
    let mut stream = teacher.follow(&class, Some(cursor)).await.expect("the session is still good");
    let ours = crate::faults::school::names(&told, &class);
    for name in &ours {
        stream.arrival(|arrival| arrival.pupil == *name).await;
    }
    system.stop().await;
}

pub(super) async fn a_second_start_continues_where_the_first_ended(form: SystemForm) {
    let mut system = TestSystem::start(setup(form)).await;
    let [class, _] = classes();
    let entry = system.controller(&garage(), &id("in")).await;
    let first = acknowledged(drive_up(&system, &entry, 0..5)).await;
    everything_once(&system, &first).await;
    let teacher = teacher_of(&system, &class).await;
    let board = teacher.board(&class).await;

    for part in system.processes().into_iter().rev() {
        system.terminate(part).await;
    }
    for part in system.processes() {
        system.restart(part).await;
    }
    system.gateways_ready().await;

    let again = teacher.board(&class).await;
    assert_eq!((again.cursor, again.arrivals), (board.cursor, board.arrivals), "same session, same board");
    entry.connected(PATIENCE).await.unwrap();
    let second = acknowledged(drive_up(&system, &entry, 5..8)).await;
    let told: Vec<_> = first.into_iter().chain(second).collect();
    everything_once(&system, &told).await;
    wait::until(PATIENCE, "the count goes on from where it was", async || {
        let counts = records::occupied(&system.app().store).await;
        (counts == [(garage().to_string(), Some(8))]).then_some(())
    })
    .await;
    system.stop().await;
}

pub(super) async fn a_stop_in_the_middle_loses_nothing(form: SystemForm) {
    let mut system = TestSystem::start(setup(form)).await;
    let entry = system.controller(&garage(), &id("in")).await;
    let cars = drive_up(&system, &entry, 0..30);
    let part = first(form);
    system.terminate(part).await;
    system.restart(part).await;

    everything_once(&system, &acknowledged(cars).await).await;
    system.stop().await;
}
