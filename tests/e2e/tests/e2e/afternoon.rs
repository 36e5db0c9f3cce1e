//! One afternoon of a school with 107 spaces, from 15:00 to 18:30: every role through its real interface, with link, server, broker,
//! camera and phone each failing once. A model kept by the test has what each child, car and count should be; the system is compared
//! with it after each phase.
//!
//! The times in the names of phases are the school's day; the run takes as long as it takes, at any hour. A new feature adds a file
//! with its phase to this folder and a line to [`an_afternoon`].

mod board;
mod camera;
mod cast;
mod closing;
mod compare;
mod evening;
mod first_classes;
mod inventory;
mod kills;
mod link;
mod model;
mod opening;
mod phone_away;
mod phones;
mod stage;
mod unread;

use std::time::{Duration, Instant};

use e2e::system::SystemForm;
use stage::AfternoonStage;
use testkit::progress;

/// Bound of one phase; each of its waits has its own.
const PHASE: Duration = Duration::from_secs(300);

e2e::both_forms!(alone: an_afternoon);

async fn an_afternoon(form: SystemForm) {
    let began = Instant::now();
    let mut stage = AfternoonStage::open(form).await;
    progress::report(&format!("afternoon, {form:?}: started in {:.1} s", began.elapsed().as_secs_f64()));

    phase(&mut stage, "14:50 the count is corrected", opening::run).await;
    phase(&mut stage, "15:00 the first classes", first_classes::run).await;
    phase(&mut stage, "15:20 reservations and claims by phone", phones::run).await;
    phase(&mut stage, "15:40 a camera of another make loses its link", camera::run).await;
    phase(&mut stage, "15:50 a plate that no camera reads", unread::run).await;
    phase(&mut stage, "16:00 a teacher's phone is away", phone_away::run).await;
    phase(&mut stage, "16:20 the link to the district is down", link::run).await;
    phase(&mut stage, "16:40 processes die", kills::run).await;
    phase(&mut stage, "17:30 a walk mends the count", inventory::run).await;
    phase(&mut stage, "18:00 the public comes", evening::run).await;
    phase(&mut stage, "18:30 the last cars leave", closing::run).await;

    stage.system.stop().await;
    progress::report(&format!("afternoon, {form:?}: passed in {:.1} s", began.elapsed().as_secs_f64()));
}

/// Plays one phase and compares the system with the model.
async fn phase(stage: &mut AfternoonStage, name: &str, play: impl AsyncFnOnce(&mut AfternoonStage)) {
    let (began, form) = (Instant::now(), stage.system.form());
    progress::report(&format!("afternoon, {form:?}: {name}"));
    let playing = async {
        play(stage).await;
        compare::agrees(stage).await;
    };
    let ended = tokio::time::timeout(PHASE, playing).await;
    assert!(ended.is_ok(), "the phase \"{name}\" did not end within {PHASE:?}");
    let took = began.elapsed().as_secs_f64();
    progress::report(&format!("afternoon, {form:?}: {name}: passed in {took:.1} s"));
}
