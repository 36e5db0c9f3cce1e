//! Each process is killed once, with cars at the gates, and started again.

use e2e::phone::PATIENCE;
use e2e::system::{SystemForm, SystemPart};
use simulator::controller::{AckOutcome, CommandAction, PendingEvent};
use testkit::progress;

use super::compare::agrees;
use super::stage::{AfternoonStage, ENTRIES, EXITS};
use crate::scene::{SURE, answer, school};

pub(super) async fn run(stage: &mut AfternoonStage) {
    for part in parts(stage) {
        progress::report(&format!("kill -9 of {part:?}"));
        dies(stage, part).await;
        agrees(stage).await;
    }
}

fn parts(stage: &AfternoonStage) -> Vec<SystemPart> {
    let sites = &stage.system.invented().sites;
    let garage = sites.iter().position(|site| site.garage == school()).unwrap();
    match stage.system.form() {
        SystemForm::Standalone => vec![SystemPart::Standalone],
        SystemForm::Separate => {
            vec![SystemPart::Server, SystemPart::Miniapp, SystemPart::Gateway(garage), SystemPart::Broker]
        }
    }
}

/// Whether gates decide while this part is dead.
const fn gates_live(part: SystemPart) -> bool {
    match part {
        SystemPart::Server | SystemPart::Miniapp | SystemPart::Database => true,
        SystemPart::Standalone | SystemPart::Gateway(_) | SystemPart::Broker => false,
    }
}

async fn dies(stage: &mut AfternoonStage, part: SystemPart) {
    let inside = stage.cast.family();
    stage.comes(ENTRIES[0], &inside).await;
    let coming: [_; 5] = stage.cast.families();
    let read = |stage: &AfternoonStage, lane: &str, plate: &str| {
        stage.lane(lane).plate_read(Some(plate), SURE).unwrap()
    };
    let mut pending: Vec<PendingEvent> =
        coming[..2].iter().map(|family| read(stage, ENTRIES[0], &family.plate)).collect();
    stage.system.kill9(part);
    pending.extend(coming[2..].iter().map(|family| read(stage, ENTRIES[1], &family.plate)));
    pending.push(read(stage, EXITS[0], &inside.plate));
    if gates_live(part) {
        opened(&mut pending).await;
    }
    stage.system.restart(part).await;

    for pending in pending {
        // A car that was read too long ago is let in by hand; its reading counts all the same.
        assert_eq!(answer(pending.acked).await.outcome, AckOutcome::Stored);
    }
    coming.iter().for_each(|family| stage.model.fetched_by(family));
    stage.model.went_out(&inside.plate);
    for lane in stage.lanes() {
        lane.connected(PATIENCE).await.unwrap();
    }
    for family in &coming[..2] {
        stage.is_fetched(EXITS[1], family).await;
    }
}

/// Every gate opens without the dead part.
async fn opened(pending: &mut [PendingEvent]) {
    for pending in pending {
        let decided = tokio::time::timeout(PATIENCE, &mut pending.decided).await.expect("a decision in time");
        assert_eq!(decided.unwrap().action, CommandAction::Opened, "the gate decides alone");
    }
}
