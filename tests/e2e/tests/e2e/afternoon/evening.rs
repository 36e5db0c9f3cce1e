//! At 18:00 the operator ends the parents' window and opens the garage for the public: a driver reserves, others walk in, a blocked
//! plate stays outside, a late parent comes in as the public.

use std::collections::BTreeSet;

use domain::access::{AccessDecision, Audience, DenialReason};
use domain::allocation::entry::EntryPhase;
use domain::minute::{Minute, Minutes};
use domain::window::Weekdays;
use e2e::phone::PATIENCE;
use protocol::reservation::operator::ClearingList;
use protocol::sharing::WindowSpec;
use serde_json::json;
use simulator::district::{DRIVER_KEY, DRIVER_PLATE};
use testkit::wait;

use super::model::PublicHours;
use super::phones::{becomes, quote, reserve, wish};
use super::stage::{AfternoonStage, ENTRIES, EXITS};
use crate::scene::{gate_knows, now, school};

const DAY: u32 = 24 * 60;

pub(super) async fn run(stage: &mut AfternoonStage) {
    for plate in stage.model.inside.clone() {
        stage.goes(EXITS[0], &plate).await;
    }
    windows(stage).await;
    let blocked = stage.cast.stranger();
    let block = json!({ "plate": blocked, "reason": "多次超时停放" });
    assert_eq!(stage.console.post(&format!("/garages/{}/blocks", school()), &block).await.status(), 201);
    let driver = stage.phone(DRIVER_KEY).await;
    let wish = wish(Audience::Public, DRIVER_PLATE);
    // A quote is read from a book that may be a second old.
    wait::until_ok(PATIENCE, "a quote for the public", async || {
        let quoted = quote(&driver, &wish).await;
        if quoted.refused.is_none() && quoted.free > 0 { Ok(()) } else { Err(format!("{quoted:?}")) }
    })
    .await;
    let reserved = reserve(&driver, &wish, "public").await;
    gate_knows(&stage.system, &school()).await;

    for lane in ENTRIES {
        let walk_in = stage.cast.stranger();
        comes_as_public(stage, lane, &walk_in).await;
    }
    let refused = stage.is_refused(ENTRIES[0], &blocked).await;
    assert_eq!(refused.command.decision, AccessDecision::refuse(DenialReason::Blocked));
    let late_parent = stage.cast.family().plate;
    comes_as_public(stage, ENTRIES[1], &late_parent).await;
    let decided = comes_as_public(stage, ENTRIES[0], DRIVER_PLATE).await;
    let AccessDecision::Open { reservation, leave_by, .. } = decided else { panic!("{decided:?}") };
    assert_eq!((reservation, leave_by), (Some(reserved.id), Some(reserved.ends_at)));
    becomes(&driver, &reserved, EntryPhase::CheckedIn).await;
    clearing_list(stage).await;
}

async fn windows(stage: &mut AfternoonStage) {
    for window in stage.console.windows(&school()).await {
        assert_eq!(window.rule.audience, Audience::Pickup);
        let ended = stage.console.end_window(&school(), &window).await;
        assert_eq!(ended.status(), 204, "{}", ended.text().await.unwrap());
    }
    let public = WindowSpec::new(Audience::Public, Weekdays::ALL, 0, DAY);
    let made = stage.console.post_once(&format!("/garages/{}/windows", school()), "public", &public).await;
    assert_eq!(made.status(), 201, "{}", made.text().await.unwrap());
    stage.model.public = PublicHours::Open;
}

async fn comes_as_public(stage: &mut AfternoonStage, lane: &str, plate: &str) -> AccessDecision {
    let decision = stage.is_let_in(lane, plate).await.command.decision;
    let AccessDecision::Open { audience, .. } = decision else { panic!("{decision:?}") };
    assert_eq!(audience, Some(Audience::Public), "{plate}");
    stage.model.came_in(plate);
    decision
}

/// Everyone inside has to leave some time; the list has each car once.
async fn clearing_list(stage: &AfternoonStage) {
    let by = (Minute::ceil(now()) + Minutes(2 * DAY)).timestamp();
    wait::until_ok(PATIENCE, "the clearing list", async || {
        let answer = stage.console.get(&format!("/garages/{}/clearing?by={by}", school())).await;
        let list: ClearingList = answer.json().await.map_err(|error| error.to_string())?;
        let plates: Vec<String> = list.cars.into_iter().filter_map(|car| car.plate).collect();
        let known: BTreeSet<String> = plates.iter().cloned().collect();
        let is_right = known == stage.model.inside && plates.len() == known.len();
        if is_right { Ok(()) } else { Err(format!("{plates:?} instead of {:?}", stage.model.inside)) }
    })
    .await;
}
