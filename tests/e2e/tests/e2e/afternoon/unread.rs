//! A camera cannot read a parent's plate. The operator sees the car wait, looks, and opens with the plate named.

use domain::access::DenialReason;
use domain::occupancy::LaneDirection;
use e2e::phone::PATIENCE;
use protocol::at_gate::WaitingCars;
use protocol::order::{NewRemoteOpening, RemoteOrderEntry, RemoteOrderState};
use simulator::controller::CommandAction;
use testkit::wait;

use super::stage::{AfternoonStage, ENTRIES, EXITS};
use crate::scene::{answer, id, school};

pub(super) async fn run(stage: &mut AfternoonStage) {
    let family = stage.cast.family();
    let lane = stage.lane(ENTRIES[0]);
    let opened = lane.counters().opened;
    let pending = lane.plate_read(None, 0).unwrap();
    assert_eq!(answer(pending.decided).await.action, CommandAction::Shown);
    answer(pending.acked).await;
    stage.model.only_read(LaneDirection::In, None);
    waits(stage).await;

    let order = NewRemoteOpening {
        lane: id(ENTRIES[0]),
        reason: "车牌脏污，已核对".to_owned(),
        plate: Some(family.plate.clone()),
    };
    let path = format!("/garages/{}/open-orders", school());
    let made = stage.console.post_once(&path, "afternoon-open", &order).await;
    assert_eq!(made.status(), 201);
    wait::until_ok(PATIENCE, "the operator sees the opening", async || {
        let again = stage.console.post_once(&path, "afternoon-open", &order).await;
        let entry: RemoteOrderEntry = again.json().await.map_err(|error| error.to_string())?;
        if entry.state == RemoteOrderState::Opened { Ok(()) } else { Err(format!("{entry:?}")) }
    })
    .await;
    assert_eq!(lane.counters().opened, opened + 1, "the barrier opens once");
    stage.model.fetched_by(&family);
    stage.is_fetched(EXITS[0], &family).await;
}

async fn waits(stage: &AfternoonStage) {
    wait::until_ok(PATIENCE, "the car is seen to wait", async || {
        let answer = stage.console.get(&format!("/garages/{}/waiting-cars", school())).await;
        let cars: WaitingCars = answer.json().await.map_err(|error| error.to_string())?;
        let car = cars.items.iter().find(|car| car.lane.as_str() == ENTRIES[0]);
        match car.map(|car| (&car.plate, car.reason)) {
            Some((None, DenialReason::UnreadPlate)) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}
