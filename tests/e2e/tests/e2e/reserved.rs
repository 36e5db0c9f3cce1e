//! A reserved car at the gate while the server is away: the plan is enough.

use crate::scene::{SURE, answer, drive, gate_knows, id, lane, now};
use domain::access::{AccessDecision, Audience, DenialReason};
use domain::allocation::ReservationIntent;
use domain::allocation::entry::EntryPhase;
use domain::ids::GarageId;
use domain::minute::{Minute, Minutes};
use e2e::district::DistrictKind;
use e2e::phone::{PATIENCE, PhoneClient};
use e2e::system::{SystemForm, SystemPart, SystemSetup, TestSystem};
use futures_util::{StreamExt, stream};
use protocol::reservation::{NewReservation, Reservation};
use reqwest::StatusCode;
use simulator::controller::CommandAction;
use simulator::district::{DRIVER_KEY, DRIVER_PLATE};
use simulator::invent::PlateGenerator;
use testkit::wait;

e2e::both_forms!(alone:
    a_reserved_car_comes_in_and_a_walk_in_finds_the_rest_reserved,
);

/// The smallest garage that is open for the public all day.
fn garage() -> GarageId {
    id("shelter-south")
}

fn wish(plate: &str) -> NewReservation {
    let start = Minute::ceil(now()) + Minutes(1);
    NewReservation {
        audience: Audience::Public,
        pool: None,
        plate: plate.to_owned(),
        starts_at: start.timestamp(),
        ends_at: (start + Minutes(120)).timestamp(),
        wish: ReservationIntent::Confirm,
    }
}

async fn reserve(phone: &PhoneClient) -> Reservation {
    let path = format!("/garages/{}/reservations", garage());
    let answer = phone.post_once(&path, "own", &wish(DRIVER_PLATE)).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json().await.unwrap()
}

/// The operator reserves for other cars until nothing is left.
async fn fill(system: &TestSystem) {
    let console = system.operator("operator").await;
    let path = format!("/garages/{}/reservations", garage());
    let capacity = console.garage(&garage()).await.capacity as usize;
    let answers =
        stream::iter(PlateGenerator::new(77).take(capacity).into_iter().enumerate())
            .map(|(n, plate)| {
                let (console, path) = (console.clone(), path.clone());
                async move {
                    console.post_once(&path, &format!("other-{n}"), &wish(plate.as_str())).await.status()
                }
            })
            .buffer_unordered(16);
    let statuses: Vec<StatusCode> = answers.collect().await;
    let full = statuses.iter().filter(|status| **status == StatusCode::CONFLICT).count();
    // The driver has one space, and some are kept for cars that were seen entering.
    assert!((1..capacity / 2).contains(&full), "{statuses:?}");
}

async fn a_reserved_car_comes_in_and_a_walk_in_finds_the_rest_reserved(form: SystemForm) {
    let mut system = TestSystem::start(SystemSetup::new(form, DistrictKind::Demo)).await;
    let phone = system.log_in(DRIVER_KEY).await;
    let reserved = reserve(&phone).await;
    fill(&system).await;
    gate_knows(&system, &garage()).await;
    let gate = lane(&system, &garage(), "in").await;
    // In one process there is no link that could be cut.
    if form == SystemForm::Separate {
        system.kill9(SystemPart::Server);
    }

    let (stranger, _) = drive(&gate, "京A0ZZ98").await;
    assert_eq!(
        (stranger.action, stranger.command.decision),
        (CommandAction::Shown, AccessDecision::refuse(DenialReason::Reserved))
    );
    let pending = gate.plate_read(Some(DRIVER_PLATE), SURE).unwrap();
    let own = answer(pending.decided).await;
    let by = AccessDecision::Open {
        audience: Some(Audience::Public),
        reservation: Some(reserved.id),
        leave_by: Some(reserved.ends_at),
        because: None,
    };
    assert_eq!((own.action, own.command.decision), (CommandAction::Opened, by));
    let until = reserved.ends_at.local_hhmm();
    assert!(own.command.display.text.contains(&until), "{}", own.command.display.text);
    answer(gate.passed(&pending.event_id).unwrap().acked).await;

    if form == SystemForm::Separate {
        system.restart(SystemPart::Server).await;
    }
    wait::until(PATIENCE, "the reservation is checked in", async || {
        let answer = phone.get(&format!("/reservations/{}", reserved.id)).await;
        let reservation: Reservation = answer.json().await.ok()?;
        (reservation.state == EntryPhase::CheckedIn).then_some(())
    })
    .await;
    let events = system.operator("operator").await.events(&garage()).await.items;
    let shown = events.iter().find(|event| event.plate.as_deref() == Some(DRIVER_PLATE));
    assert_eq!(shown.unwrap().decision, Some(by));
    system.stop().await;
}
