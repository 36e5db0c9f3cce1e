//! Guardians' phones: a space reserved for the pickup, two claims by hand, and what a phone must not do.

use domain::access::{AccessDecision, Audience};
use domain::allocation::ReservationIntent;
use domain::allocation::entry::EntryPhase;
use domain::minute::{Minute, Minutes};
use domain::pickup::PickupAct;
use e2e::phone::{PATIENCE, PhoneClient};
use protocol::reservation::{AvailabilityQuote, NewReservation, Reservation};
use serde_json::json;
use testkit::wait;

use super::stage::{AfternoonStage, ENTRIES, EXITS};
use crate::scene::{gate_knows, now, school};

pub(super) async fn run(stage: &mut AfternoonStage) {
    reservation(stage).await;
    claims(stage).await;
    other_class(stage).await;
}

/// A stay of an hour from the next minute on.
pub(super) fn wish(audience: Audience, plate: &str) -> NewReservation {
    let start = Minute::ceil(now()) + Minutes(1);
    NewReservation {
        audience,
        pool: None,
        plate: plate.to_owned(),
        starts_at: start.timestamp(),
        ends_at: (start + Minutes(60)).timestamp(),
        wish: ReservationIntent::Confirm,
    }
}

/// The quote for this stay.
pub(super) async fn quote(phone: &PhoneClient, wish: &NewReservation) -> AvailabilityQuote {
    let audience = serde_json::to_value(wish.audience).unwrap();
    let path = format!(
        "/garages/{}/quote?audience={}&starts_at={}&ends_at={}",
        school(),
        audience.as_str().unwrap(),
        wish.starts_at,
        wish.ends_at
    );
    let answer = phone.get(&path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

pub(super) async fn reserve(phone: &PhoneClient, wish: &NewReservation, key: &str) -> Reservation {
    let path = format!("/garages/{}/reservations", school());
    let answer = phone.post_once(&path, key, wish).await;
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

pub(super) async fn becomes(phone: &PhoneClient, reservation: &Reservation, wanted: EntryPhase) {
    wait::until_ok(PATIENCE, &format!("the reservation becomes {wanted:?}"), async || {
        let answer = phone.get(&format!("/reservations/{}", reservation.id)).await;
        let found: Reservation = answer.json().await.map_err(|error| error.to_string())?;
        if found.state == wanted { Ok(()) } else { Err(format!("{:?}", found.state)) }
    })
    .await;
}

async fn reservation(stage: &mut AfternoonStage) {
    let family = stage.cast.family();
    let phone = stage.phone(&family.guardian).await;
    let wish = wish(Audience::Pickup, &family.plate);
    let quoted = quote(&phone, &wish).await;
    assert!(quoted.refused.is_none() && quoted.free > 0, "{quoted:?}");
    let reserved = reserve(&phone, &wish, "pickup").await;
    let again = reserve(&phone, &wish, "pickup").await;
    assert_eq!(again.id, reserved.id, "one key makes one reservation");
    gate_knows(&stage.system, &school()).await;

    let decided = stage.comes(ENTRIES[0], &family).await;
    let AccessDecision::Open { reservation, .. } = decided.command.decision else { panic!("{decided:?}") };
    assert_eq!(reservation, Some(reserved.id));
    becomes(&phone, &reserved, EntryPhase::CheckedIn).await;
    stage.is_fetched(EXITS[0], &family).await;
    becomes(&phone, &reserved, EntryPhase::Completed).await;
}

async fn claims(stage: &mut AfternoonStage) {
    let [here, not_here] = stage.cast.families();
    for family in [&here, &not_here] {
        let phone = stage.phone(&family.guardian).await;
        let answer = phone.post("/guardian/claims", &json!({})).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        stage.model.claimed_by(family);
    }
    stage.acts(&here.children[0].0, PickupAct::Confirm).await;
    stage.acts(&here.children[0].0, PickupAct::Release).await;
    stage.acts(&here.children[0].0, PickupAct::HandOver).await;
    stage.acts(&not_here.children[0].0, PickupAct::Reject).await;
}

async fn other_class(stage: &mut AfternoonStage) {
    let [mine, other] = [0, 1].map(|n| stage.boards.keys().nth(n).unwrap().clone());
    let phone = stage.boards[&mine].phone.clone();
    assert_eq!(phone.get(&format!("/classes/{other}/arrivals")).await.status(), 403);
    assert_eq!(phone.follow(&other, None).await.unwrap().end().await, Some(4403));
    assert_eq!(phone.get("/hall/arrivals").await.status(), 403);
}
