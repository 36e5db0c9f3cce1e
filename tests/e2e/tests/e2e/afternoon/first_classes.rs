//! Parents come to two entries, teachers release and hand over, one hand-over is taken back, the cars leave.

use domain::access::{AccessDecision, Audience, DenialReason};
use domain::pickup::PickupAct;

use super::stage::{AfternoonStage, ENTRIES, EXITS};

pub(super) async fn run(stage: &mut AfternoonStage) {
    let parents: [_; 8] = stage.cast.families();
    let siblings = stage.cast.siblings();
    for (family, lane) in parents.iter().zip(ENTRIES.into_iter().cycle()) {
        let decided = stage.comes(lane, family).await;
        assert_eq!(decided.command.decision, AccessDecision::open(Some(Audience::Pickup)));
    }
    stage.comes(ENTRIES[1], &siblings).await;
    let stranger = stage.cast.stranger();
    let refused = stage.is_refused(ENTRIES[0], &stranger).await;
    assert_eq!(refused.command.decision, AccessDecision::refuse(DenialReason::UnknownPlate));

    for family in &parents[..4] {
        stage.is_fetched(EXITS[0], family).await;
    }
    // A slip: the wrong child was handed over, and then the right one.
    let slip = &parents[4].children[0].0;
    for act in [PickupAct::Release, PickupAct::HandOver, PickupAct::Undo, PickupAct::HandOver] {
        stage.acts(slip, act).await;
    }
    stage.goes(EXITS[1], &parents[4].plate).await;
    stage.is_fetched(EXITS[1], &siblings).await;
    // Two children are on their way to the hall, one waits in its class.
    stage.acts(&parents[5].children[0].0, PickupAct::Release).await;
    stage.acts(&parents[6].children[0].0, PickupAct::Release).await;
    stage.acts(&parents[6].children[0].0, PickupAct::Undo).await;
}
