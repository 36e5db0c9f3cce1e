//! The access plan contains the reservations, and the gate decides as the book does.

use std::collections::HashMap;

use domain::access::{
    AccessDecision, AccessRequest, Audience, AudienceCounts, DenialReason, PlannedReservation, decide,
};
use domain::allocation::ReservationIntent;
use domain::allocation::entry::EntryPhase;
use domain::ids::{DeviceId, EventId};
use domain::minute::Minute;
use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use protocol::uplink::{AccessPlanDocument, GateEvent};
use server::app::allocation::read_now;
use store::strike;
use testkit::wait;

use crate::allocation::place::{AllocationFixture, SOON, at, car, main_pool, mall, span};
use crate::common::district::MALL_TOKEN;
use crate::common::gateway::{batch, entry, exit, heartbeat};
use crate::common::http::{HttpReply, ask};

impl AllocationFixture<'_> {
    async fn polled(&self, known: Option<&str>) -> HttpReply {
        let request = self.server.client.get(self.server.url("/gateway/v1/access-plan"));
        let request = request.header("authorization", format!("Bearer {MALL_TOKEN}"));
        ask(known.map_or_else(
            || request.try_clone().unwrap(),
            |etag| request.try_clone().unwrap().header("if-none-match", etag),
        ))
        .await
    }

    async fn plan(&self) -> (AccessPlanDocument, String) {
        let answer = self.polled(None).await;
        let etag = answer.header("etag").to_owned();
        (serde_json::from_value(answer.body).unwrap(), etag)
    }

    async fn planned(&self) -> Vec<PlannedReservation> {
        self.plan().await.0.plan.sharing.reservations
    }
}

fn plate(n: usize) -> Plate {
    Plate::parse(&car(n)).unwrap()
}

contract!(a_reservation_is_in_the_plan_until_its_car_is_inside, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let (_, before) = place.plan().await;
    let made = place.reserve(0, "k", span("15:45", "18:00")).await;
    assert_eq!(place.polled(Some(&before)).await.status, 200);
    let (document, reserved) = place.plan().await;
    let expected = PlannedReservation {
        id: made.entry.id,
        plate: Some(plate(0)),
        plate_color: None,
        audience: Audience::Public,
        pool: main_pool(),
        from: at("15:45"),
        to: at("18:00"),
        enter_from: at("15:35"),
        enter_until: at("18:00"),
    };
    assert_eq!(document.plan.sharing.reservations, [expected]);
    assert_eq!(place.polled(Some(&reserved)).await.status, 304);

    let by = AccessDecision::Open {
        audience: Some(Audience::Public),
        reservation: Some(made.entry.id),
        leave_by: Some(at("18:00")),
        because: None,
    };
    let came = GateEvent { decision: Some(by), ..entry("e1", &car(0), "2026-11-23T15:40:00+08:00") };
    place.server.take(MALL_TOKEN, &batch("a", 1, vec![came])).await;
    place.until_phase(made.entry.id, EntryPhase::CheckedIn).await;
    assert!(place.planned().await.is_empty());
    assert_eq!(place.polled(Some(&reserved)).await.status, 200);
    // The decision is stored as the gateway made it.
    let mut tx = f.store.begin_read().await.unwrap();
    let key = (mall(), DeviceId::parse("gate").unwrap(), EventId::parse("e1").unwrap());
    let cars = store::gate_event::readings::newest_by_id(&mut tx, std::slice::from_ref(&key)).await.unwrap();
    assert_eq!(cars[&key].decision, Some(by));
});

contract!(what_is_held_takes_its_space_and_lets_nobody_in, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let held = place.wish(0, "k", span("15:45", "18:00"), ReservationIntent::Hold).await.unwrap();
    let planned = place.planned().await;
    assert_eq!((planned.len(), planned[0].plate.clone()), (1, None));
    place.confirm(0, held.entry.id).await.unwrap();
    assert_eq!(place.planned().await[0].plate, Some(plate(0)));
    place.cancel(0, held.entry.id).await.unwrap();
    assert!(place.planned().await.is_empty());
});

contract!(a_reservation_of_next_week_is_not_told_yet, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let next_week = |text: &str| Minute::floor(crate::common::time(&format!("2026-11-30T{text}:00+08:00")));
    let span = domain::minute::MinuteSpan::new(next_week("12:00"), next_week("13:00")).unwrap();
    place.reserve(0, "k", span).await;
    assert!(place.planned().await.is_empty());
});

contract!(a_blocked_plate_is_named_as_long_as_it_is_blocked, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let mut tx = f.store.begin().await.unwrap();
    let block = strike::StrikeBlock {
        garage: mall(),
        plate: place.plate(3),
        reason: "2 strikes".to_owned(),
        from: at("15:00"),
        until: at("16:30"),
    };
    strike::block(&mut tx, &block).await.unwrap();
    store::book::advance(&mut tx, &[mall()]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(place.plan().await.0.plan.sharing.blocked.contains(&plate(3)));
    f.clock.set("2026-11-23T16:30:00+08:00");
    assert!(place.plan().await.0.plan.sharing.blocked.is_empty(), "nothing but the time has changed");
});

contract!(receipts_say_as_whom_the_cars_inside_came, |f| async {
    let place = AllocationFixture::open(f, 5).await;
    let public = Some(AccessDecision::open(Some(Audience::Public)));
    let time = "2026-11-23T15:30:00+08:00";
    let events = vec![
        GateEvent { decision: public, ..entry("e1", &car(1), time) },
        GateEvent { decision: public, ..entry("e2", &car(2), time) },
        entry("e3", &car(3), time),
        exit("e4", &car(2), time),
    ];
    let receipt = place.server.take(MALL_TOKEN, &batch("a", 1, events)).await;
    assert_eq!(
        receipt.count.inside,
        Some(AudienceCounts { public: 1, pickup: 1, ..AudienceCounts::default() })
    );
    // A car of the day before yesterday may have left unseen: it is only in the count.
    f.clock.set("2026-11-25T16:00:00+08:00");
    let receipt = place.server.take(MALL_TOKEN, &heartbeat("a")).await;
    assert_eq!((receipt.count.occupied, receipt.count.inside), (2, Some(AudienceCounts::default())));
});

contract!(the_gate_lets_a_walk_in_come_where_the_book_has_room, |f| async {
    let place = AllocationFixture::open(f, 3).await;
    let stranger = plate(11);
    for (n, (from, until)) in
        [("16:00", "17:00"), ("15:50", "18:00"), ("15:40", "16:10")].into_iter().enumerate()
    {
        for time in ["15:30", "15:35", "15:45", "15:56"] {
            f.clock.set(&format!("2026-11-23T{time}:00+08:00"));
            let (document, _) = place.plan().await;
            let passage = AccessRequest {
                direction: LaneDirection::In,
                plate: Some(&stranger),
                confidence: 99,
                min_confidence: domain::access::MIN_CONFIDENCE,
                vehicle: domain::vehicle::VehicleDetails::default(),
                clock: domain::access::ClockTrust::Trusted,
                at: at(time),
                occupied: 0,
                inside: Some(AudienceCounts::default()),
                uses: &HashMap::new(),
                alarm: domain::access::GarageAlarm::None,
            };
            let gate = match decide(Some(&document.plan), &passage) {
                AccessDecision::Open { leave_by, .. } => leave_by,
                AccessDecision::Refuse { reason, .. } => {
                    assert_eq!(reason, DenialReason::Reserved);
                    None
                }
                AccessDecision::Review { reason } => panic!("{reason:?}"),
            };
            let look = |book: &domain::allocation::AllocationBook| {
                book.room_for_walk_in(&main_pool(), Audience::Public, at(time))
            };
            let book = read_now(&place.app, &mall(), look).await.unwrap();
            assert_eq!(gate, book.map(|(_, until)| until.timestamp()), "at {time} with {n} reservations");
        }
        f.clock.set("2026-11-23T15:30:00+08:00");
        place.reserve(n, "k", span(from, until)).await;
    }
});

contract!(a_plan_is_made_anew_for_other_replicas_changes, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let made = place.reserve(0, "k", span("15:45", "18:00")).await;
    let other = f.replica().await;
    let there = async || server::app::access_plan::plan(&other, &mall()).await.unwrap().unwrap();
    assert_eq!(there().await.document.plan.sharing.reservations.len(), 1);
    place.cancel(0, made.entry.id).await.unwrap();
    wait::until(SOON, "the other replica's plan", async || {
        there().await.document.plan.sharing.reservations.is_empty().then_some(())
    })
    .await;
    assert_eq!(there().await.etag, place.plan().await.1);
});
