//! Data of a reading besides its plate: repeated ids, the barrier's own report, two readings of one car, uncertain
//! times. On both databases.

use crate::common::district::{FATHER, MOTHER, SCHOOL, SCHOOL_TOKEN, SHARED, STRANGER, fill, garage, plate};
use crate::common::gateway::{batch, entry, exit, pass};
use crate::common::http::{ServedRouter, ask};
use crate::common::{StoreFixture, time};
use domain::access::{AccessDecision, Audience, DenialReason};
use domain::ids::{ClassId, EventId};
use domain::pickup::PickupPhase;
use domain::time::Clock;
use domain::vehicle::{PlateColor, VehicleClass, VehicleDetails};
use protocol::mqtt::EventKind;
use protocol::people::{ReadingDoubt, SESSION_HEADER};
use protocol::uplink::{GateEvent, UncertainTime};
use serde_json::Value;
use server::app::operator::session as operator_session;
use server::app::{App, access_plan, import, service_token, session};
use store::arrival::{self, SealedArrival};
use store::seal::SealPurpose;
use store::{gate_event, visit};

/// A minute before the fixture's clock.
const START: &str = "2026-11-23T15:39:00+08:00";

/// A gate, and the server's view of its events.
struct ReadingLane<'a> {
    fixture: &'a StoreFixture,
    server: ServedRouter,
    cookie: String,
    seq: std::cell::Cell<i64>,
}

impl<'a> ReadingLane<'a> {
    async fn open(fixture: &'a StoreFixture) -> Self {
        let app = fixture.app();
        fill(&app).await;
        Self::open_with(fixture, app).await
    }

    async fn open_with(fixture: &'a StoreFixture, app: App) -> Self {
        let cookie = format!("operator_session={}", operator_session::issue(&app, "li").await.unwrap());
        Self { fixture, server: ServedRouter::start(app).await, cookie, seq: std::cell::Cell::new(1) }
    }

    /// Returns the count.
    async fn sends(&self, events: Vec<GateEvent>) -> i64 {
        let seq = self.seq.replace(self.seq.get() + i64::try_from(events.len()).unwrap());
        self.server.take(SCHOOL_TOKEN, &batch("a", seq, events)).await.count.occupied
    }

    async fn board(&self, class: &str) -> Vec<SealedArrival> {
        let mut tx = self.fixture.store.begin_read().await.unwrap();
        let class = ClassId::parse(class).unwrap();
        arrival::board(&mut tx, &class, self.fixture.clock.now().local_date()).await.unwrap()
    }

    async fn inside(&self) -> Vec<String> {
        let app = self.fixture.app();
        let plates = server::app::visit::inside(&app, &garage(SCHOOL)).await.unwrap();
        plates.iter().map(ToString::to_string).collect()
    }

    async fn events(&self) -> Vec<gate_event::StoredGateEvent> {
        let mut tx = self.fixture.store.begin_read().await.unwrap();
        gate_event::page(&mut tx, &garage(SCHOOL), i64::MAX, 100).await.unwrap()
    }

    async fn console(&self, path: &str) -> Value {
        let url = self.server.url(&format!("/api/operator/v1/garages{path}"));
        let answer = ask(self.server.client.get(url).header("cookie", &self.cookie)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }
}

fn at(seconds: u32) -> String {
    format!("2026-11-23T15:39:{seconds:02}+08:00")
}

/// A reading that opens a lane whose passage is counted later.
fn opened(id: &str, plate: &str, confidence: u8) -> GateEvent {
    GateEvent { delta: 0, confidence, ..entry(id, plate, START) }
}

fn reread(id: &str, of: &str, plate: &str, confidence: u8) -> GateEvent {
    GateEvent { rereads: Some(EventId::parse(of).unwrap()), ..opened(id, plate, confidence) }
}

/// The barrier's outcome for the car of `of`.
fn barrier(id: &str, of: &str, kind: EventKind, delta: i64) -> GateEvent {
    GateEvent { kind, delta, ..pass(id, of, START) }
}

fn doubts(board: &[SealedArrival]) -> Vec<Option<ReadingDoubt>> {
    board.iter().map(|arrival| arrival.doubt).collect()
}

contract!(another_reading_with_a_known_id_counts_and_a_repetition_does_not, |f| async {
    let lane = ReadingLane::open(f).await;
    assert_eq!(lane.sends(vec![entry("1", STRANGER, START)]).await, 1);
    // The controller's counter has restarted: another car, and the first car at another time.
    let parent = entry("1", MOTHER, &at(20));
    let later = entry("1", STRANGER, &at(40));
    assert_eq!(lane.sends(vec![parent.clone(), later.clone()]).await, 2, "the stranger's exit was missed");
    assert_eq!(lane.board("c-1-1").await.len(), 1, "the mother's child");
    // All of it again, in one batch.
    assert_eq!(lane.sends(vec![entry("1", STRANGER, START), parent, later]).await, 2);
    let ids = lane.events().await.len();
    assert_eq!(ids, 3);
    // A pass that names the id belongs to its newest reading.
    assert_eq!(lane.sends(vec![opened("1", FATHER, 97)]).await, 2);
    assert_eq!(lane.sends(vec![pass("p", "1", START)]).await, 3);
    assert!(lane.inside().await.contains(&FATHER.to_owned()));
});

contract!(two_readings_with_one_id_in_one_batch_are_both_recorded_in_their_order, |f| async {
    let lane = ReadingLane::open(f).await;
    let out = GateEvent { delta: -1, ..exit("2", MOTHER, &at(30)) };
    let twice = vec![entry("1", STRANGER, START), entry("1", MOTHER, &at(10)), out];
    assert_eq!(lane.sends(twice).await, 1);
    assert_eq!(lane.inside().await, [STRANGER]);
    let board = lane.board("c-1-1").await;
    assert!(board[0].car_left_at.is_some(), "the car left after it had come");
});

contract!(two_cars_inside_whose_plates_resemble_each_other_both_leave, |f| async {
    let lane = ReadingLane::open(f).await;
    let out = |id: &str, plate: &str, second: u32| GateEvent { delta: -1, ..exit(id, plate, &at(second)) };
    let again = |id: &str, of: &str, plate: &str, second: u32| GateEvent {
        delta: 0,
        rereads: Some(EventId::parse(of).unwrap()),
        ..exit(id, plate, &at(second))
    };
    assert_eq!(lane.sends(vec![entry("1", MOTHER, START), entry("2", STRANGER, &at(1))]).await, 2);
    // The second car's reading counts as a second reading of the first car, which has left.
    assert_eq!(lane.sends(vec![out("3", MOTHER, 20), again("4", "3", STRANGER, 22)]).await, 0);
    assert!(lane.inside().await.is_empty());
    // One car was read twice: the other plate is not inside.
    assert_eq!(lane.sends(vec![entry("5", FATHER, &at(30)), entry("6", STRANGER, &at(31))]).await, 2);
    assert_eq!(lane.sends(vec![out("7", FATHER, 40), again("8", "7", MOTHER, 42)]).await, 1);
    assert_eq!(lane.inside().await, [STRANGER]);
    // The first reading was wrong: its exit belongs to an unknown car, and the count has lost one car already.
    assert_eq!(lane.sends(vec![out("9", FATHER, 50), again("10", "9", STRANGER, 52)]).await, 0);
    assert!(lane.inside().await.is_empty());
    // Entry and exit in one batch, after the gateway was offline.
    let late = vec![
        entry("11", MOTHER, &at(53)),
        entry("12", STRANGER, &at(54)),
        out("13", MOTHER, 56),
        again("14", "13", STRANGER, 57),
    ];
    assert_eq!(lane.sends(late.clone()).await, 0);
    assert_eq!(lane.sends(late).await, 0, "sent again");
});

contract!(what_a_gate_reports_of_a_vehicle_is_kept, |f| async {
    let lane = ReadingLane::open(f).await;
    let vehicle = VehicleDetails {
        plate_color: Some(PlateColor::Yellow),
        class: Some(VehicleClass::Large),
        travel: None,
        is_suspect: true,
    };
    let unknown = GateEvent {
        kind: EventKind::NotUnderstood,
        plate: None,
        decision: Some(AccessDecision::Review { reason: DenialReason::UnreadPlate }),
        delta: 1,
        ..entry("n1", "", START)
    };
    let read = GateEvent { vehicle, time_replaced: true, ..entry("e1", STRANGER, START) };
    assert_eq!(lane.sends(vec![read, unknown]).await, 1, "what is not understood counts no car");
    let events = lane.events().await;
    assert_eq!((events[1].vehicle, events[1].time_replaced), (vehicle, true));
    assert_eq!(events[0].kind, EventKind::NotUnderstood);
    let listed = lane.console("/school/events").await;
    assert_eq!(listed["items"][1]["vehicle"]["plate_color"], "yellow");
    assert_eq!(listed["items"][1]["time_replaced"], true);
    let garages = lane.console("").await;
    assert_eq!(garages["garages"][0]["waiting_cars"], 1);
    let doubts = garages["garages"][0]["trust"]["doubts"].as_array().unwrap().clone();
    assert!(doubts.contains(&"not_understood".into()), "{doubts:?}");
});

contract!(a_car_is_at_the_gate_until_it_has_passed, |f| async {
    let lane = ReadingLane::open(f).await;
    assert_eq!(lane.sends(vec![opened("e1", MOTHER, 97)]).await, 0);
    assert!(lane.board("c-1-1").await[0].is_at_gate() && lane.board("c-1-2").await[0].is_at_gate());
    let before = lane.board("c-1-1").await[0].cursor;
    // The barrier is up, and the loop has not reported the car yet.
    assert_eq!(lane.sends(vec![barrier("o1", "e1", EventKind::Opened, 0)]).await, 0);
    assert!(lane.board("c-1-1").await[0].is_at_gate());
    assert_eq!(lane.sends(vec![pass("p1", "e1", &at(20))]).await, 1);
    let board = lane.board("c-1-1").await;
    assert_eq!((board.len(), board[0].entered_at), (1, Some(time(&at(20)))));
    assert!(board[0].cursor > before, "each screen gets the change");
    assert!(
        board[0].is_shown_by(before) && board[0].is_shown_by(board[0].cursor),
        "a teacher may act meanwhile"
    );
    assert!(!board[0].is_shown_by(before - 1));
    lane.sends(vec![exit("x1", MOTHER, &at(50))]).await;
    assert!(!lane.board("c-1-1").await[0].is_shown_by(before), "the car has left since");
});

contract!(an_opened_barrier_counts_where_no_loop_does, |f| async {
    let lane = ReadingLane::open(f).await;
    let both = vec![opened("e1", FATHER, 97), barrier("o1", "e1", EventKind::Opened, 1)];
    assert_eq!(lane.sends(both).await, 1);
    let board = lane.board("c-1-1").await;
    assert_eq!((board.len(), board[0].is_at_gate()), (1, false));
    assert_eq!(lane.inside().await, [FATHER]);
    let out = GateEvent { delta: 0, ..exit("e2", FATHER, &at(30)) };
    assert_eq!(lane.sends(vec![out, barrier("o2", "e2", EventKind::Opened, -1)]).await, 0);
    assert!(lane.inside().await.is_empty());
});

contract!(a_barrier_that_did_not_open_is_a_car_that_waits, |f| async {
    let lane = ReadingLane::open(f).await;
    lane.sends(vec![opened("e1", MOTHER, 97), barrier("n1", "e1", EventKind::NotOpened, 1)]).await;
    let cars = lane.console("/school/waiting-cars").await["items"].as_array().unwrap().clone();
    assert_eq!(
        (cars.len(), &cars[0]["reason"], &cars[0]["plate"]),
        (1, &"did_not_open".into(), &MOTHER.into())
    );
    assert!(lane.board("c-1-1").await[0].is_at_gate(), "the child still waits for it");
    assert!(lane.inside().await.is_empty());
    assert_eq!(lane.console("").await["garages"][0]["waiting_cars"], 1);
    // At an exit as well: a person must look.
    let out = GateEvent { delta: 0, ..exit("e2", STRANGER, START) };
    let stuck = GateEvent { lane: out.lane.clone(), ..barrier("n2", "e2", EventKind::NotOpened, 0) };
    let stuck = GateEvent { direction: out.direction, ..stuck };
    lane.sends(vec![out, stuck]).await;
    assert_eq!(lane.console("/school/waiting-cars").await["items"].as_array().unwrap().len(), 2);
    // Both open in the end.
    lane.sends(vec![barrier("o1", "e1", EventKind::Opened, 1)]).await;
    assert_eq!(lane.console("/school/waiting-cars").await["items"].as_array().unwrap().len(), 1);
});

contract!(the_clearly_better_of_two_readings_stands, |f| async {
    let lane = ReadingLane::open(f).await;
    // Counted by the plate: the misread car is in already.
    assert_eq!(lane.sends(vec![GateEvent { confidence: 82, ..entry("e1", FATHER, START) }]).await, 1);
    assert_eq!(lane.sends(vec![reread("e2", "e1", SHARED, 97)]).await, 1);
    assert_eq!(lane.inside().await, [SHARED]);
    let (ming, hong) = (lane.board("c-1-1").await, lane.board("c-1-2").await);
    assert_eq!(
        (doubts(&ming), doubts(&hong)),
        (vec![Some(ReadingDoubt::ReadAgain)], vec![Some(ReadingDoubt::TwoReadings)])
    );
    assert!(!hong[0].is_at_gate() || hong[0].entered_at.is_none());
    // The car leaves under its own plate: the other child's arrival goes with it, in sight.
    assert_eq!(lane.sends(vec![exit("x1", SHARED, &at(50))]).await, 0);
    let ming = lane.board("c-1-1").await;
    assert_eq!((ming.len(), ming[0].pickup.phase), (1, PickupPhase::Rejected));
    assert!(ming[0].car_left_at.is_some());
    assert_eq!(lane.board("c-1-2").await[0].pickup.phase, PickupPhase::Waiting, "a teacher decides");
});

contract!(readings_that_are_about_as_certain_both_stand, |f| async {
    let lane = ReadingLane::open(f).await;
    let car = vec![opened("e1", FATHER, 90), reread("e2", "e1", SHARED, 92), pass("p1", "e2", &at(20))];
    assert_eq!(lane.sends(car).await, 1);
    let (ming, hong) = (lane.board("c-1-1").await, lane.board("c-1-2").await);
    assert_eq!(
        (doubts(&ming), doubts(&hong)),
        (vec![Some(ReadingDoubt::TwoReadings)], vec![Some(ReadingDoubt::TwoReadings)])
    );
    assert!(!ming[0].is_at_gate() && !hong[0].is_at_gate(), "one car has passed, for both");
    assert_eq!(lane.inside().await, [SHARED]);
});

contract!(a_doubtful_second_reading_makes_an_arrival_that_says_so, |f| async {
    let lane = ReadingLane::open(f).await;
    let car = vec![opened("e1", SHARED, 99), reread("e2", "e1", FATHER, 81), pass("p1", "e2", &at(20))];
    assert_eq!(lane.sends(car).await, 1);
    assert_eq!(doubts(&lane.board("c-1-1").await), [Some(ReadingDoubt::ReadAgain)]);
    assert_eq!(doubts(&lane.board("c-1-2").await), [Some(ReadingDoubt::TwoReadings)]);
    assert_eq!(lane.inside().await, [SHARED], "the pass names the second reading, the first one stands");
    // The father really arrives.
    lane.sends(vec![entry("e3", FATHER, &at(40))]).await;
    let ming = lane.board("c-1-1").await;
    assert_eq!((doubts(&ming), ming[0].entered_at), (vec![None], Some(time(&at(40)))));
});

contract!(an_unknown_plate_does_not_take_a_child_off_the_board, |f| async {
    let lane = ReadingLane::open(f).await;
    let unknown = GateEvent {
        decision: Some(AccessDecision::refuse(DenialReason::UnknownPlate)),
        ..reread("e2", "e1", STRANGER, 99)
    };
    lane.sends(vec![opened("e1", FATHER, 80), unknown]).await;
    assert_eq!(doubts(&lane.board("c-1-1").await), [Some(ReadingDoubt::TwoReadings)]);
    assert_eq!(lane.sends(vec![pass("p1", "e2", &at(20))]).await, 1);
    assert_eq!(lane.inside().await, [FATHER], "the expected plate is the visit's");
});

contract!(a_misread_visit_ends_as_read_again, |f| async {
    let lane = ReadingLane::open(f).await;
    lane.sends(vec![GateEvent { confidence: 82, ..entry("e1", FATHER, START) }]).await;
    lane.sends(vec![reread("e2", "e1", SHARED, 97), reread("e3", "e2", FATHER, 80)]).await;
    let hash = f.keys().hash(SealPurpose::Plate, plate(FATHER).as_str());
    let mut tx = f.store.begin_read().await.unwrap();
    let visits = visit::of_plate(&mut tx, &garage(SCHOOL), &hash).await.unwrap();
    assert_eq!((visits.len(), visits[0].ended_why.as_deref()), (1, Some("reread")));
    drop(tx);
    assert_eq!(lane.inside().await, [SHARED]);
    assert_eq!(doubts(&lane.board("c-1-1").await), [Some(ReadingDoubt::ReadAgain)]);
});

contract!(an_event_without_a_time_is_dated_by_the_server, |f| async {
    let lane = ReadingLane::open(f).await;
    let uncertain = |age_ms| Some(UncertainTime { boot_id: "b".to_owned(), uptime_ms: 9000, age_ms });
    let wrong = "1970-01-01T08:00:09+08:00";
    let aged = GateEvent { uncertain_time: uncertain(Some(5000)), ..entry("e1", FATHER, wrong) };
    let old = GateEvent { uncertain_time: uncertain(Some(86_400_000)), ..entry("e2", SHARED, wrong) };
    let dateless = GateEvent { uncertain_time: uncertain(None), ..entry("e3", STRANGER, wrong) };
    assert_eq!(lane.sends(vec![aged, old, dateless]).await, 3);
    let board = lane.board("c-1-1").await;
    assert_eq!(board[0].arrived_at, f.clock.now() - std::time::Duration::from_secs(5));
    assert!(lane.board("c-1-2").await.is_empty(), "yesterday's car is history");
    let events = lane.events().await;
    assert_eq!(
        (events[0].time_uncertain, events[1].time_uncertain, events[2].time_uncertain),
        (true, false, false)
    );
    assert_eq!(events[0].received_at, f.clock.now());
});

contract!(a_plate_of_another_colour_is_another_vehicle, |f| async {
    let app = f.app();
    fill(&app).await;
    let mut district = crate::common::district::district();
    let coloured =
        |n: usize, text: &str, color: PlateColor, district: &mut protocol::district::DistrictSpec| {
            district.people[n].plate_colors.insert(plate(text), color);
        };
    coloured(1, FATHER, PlateColor::Blue, &mut district);
    district.garages[0].permits[0].plate_color = Some(PlateColor::Yellow);
    import::run(&app, &district).await.unwrap();
    let lane = ReadingLane::open_with(f, app.clone()).await;
    let seen = |color| VehicleDetails { plate_color: color, ..VehicleDetails::default() };
    let yellow = GateEvent { vehicle: seen(Some(PlateColor::Yellow)), ..entry("e1", FATHER, START) };
    assert_eq!(lane.sends(vec![yellow]).await, 1);
    assert!(lane.board("c-1-1").await.is_empty(), "not the father's car");
    let blue = GateEvent { vehicle: seen(Some(PlateColor::Blue)), ..entry("e2", FATHER, &at(10)) };
    assert_eq!(lane.sends(vec![blue]).await, 2, "both are inside");
    assert_eq!(doubts(&lane.board("c-1-1").await), [None]);
    let blue_leaves = GateEvent { vehicle: seen(Some(PlateColor::Blue)), ..exit("x1", FATHER, &at(20)) };
    assert_eq!(lane.sends(vec![blue_leaves]).await, 1);
    assert_eq!(lane.inside().await, [FATHER], "the yellow one");
    // The access plan contains the colours.
    let plan = access_plan::plan(&app, &garage(SCHOOL)).await.unwrap().unwrap();
    let colors = &plan.document.plan.colors;
    assert_eq!(colors[&plate(FATHER)][&Audience::Pickup], [PlateColor::Blue].into());
    assert_eq!(colors[&plate(crate::common::district::STAFF)][&Audience::Staff], [PlateColor::Yellow].into());
    assert!(!colors.contains_key(&plate(MOTHER)));
});

contract!(a_text_in_several_colours_is_said_where_the_camera_reports_none, |f| async {
    let app = f.app();
    fill(&app).await;
    let mut district = crate::common::district::district();
    district.people[1].plate_colors.insert(plate(FATHER), PlateColor::Blue);
    district.people[0].plates.push(plate(FATHER));
    district.people[0].plate_colors.insert(plate(FATHER), PlateColor::Yellow);
    import::run(&app, &district).await.unwrap();
    let lane = ReadingLane::open_with(f, app).await;
    lane.sends(vec![entry("e1", FATHER, START)]).await;
    assert_eq!(doubts(&lane.board("c-1-1").await), [Some(ReadingDoubt::SeveralVehicles)]);
    assert_eq!(doubts(&lane.board("c-1-2").await), [Some(ReadingDoubt::SeveralVehicles)]);
});

contract!(a_report_by_hand_survives_a_reading_that_does_not_stand, |f| async {
    let lane = ReadingLane::open(f).await;
    let app = f.app();
    let service = service_token::create(&app, "miniapp-api").await.unwrap();
    let father = import::person_id(&app, "father").await.unwrap().unwrap();
    let token = session::issue(&app, father).await.unwrap().token;
    let url = lane.server.url("/internal/v1/guardian/claims");
    let request = lane.server.client.post(url).bearer_auth(service).header(SESSION_HEADER, token);
    assert_eq!(ask(request.json(&serde_json::json!({}))).await.status, 200);
    f.clock.advance(std::time::Duration::from_secs(60));
    // A car is read as the father's, which confirms the report, and then as another one.
    let read = |event: GateEvent| GateEvent { happened_at: f.clock.now(), ..event };
    lane.sends(vec![read(opened("e1", FATHER, 80))]).await;
    assert_eq!(lane.board("c-1-1").await[0].pickup.phase, PickupPhase::Waiting);
    lane.sends(vec![read(reread("e2", "e1", SHARED, 99))]).await;
    let ming = lane.board("c-1-1").await;
    assert_eq!((ming.len(), ming[0].pickup.phase, ming[0].doubt), (1, PickupPhase::Claimed, None));
    assert!(ming[0].plate_hash.is_none());
});

contract!(a_reading_that_does_not_stand_keeps_no_guardian_from_reporting, |f| async {
    let lane = ReadingLane::open(f).await;
    lane.sends(vec![opened("e1", FATHER, 80), reread("e2", "e1", SHARED, 99)]).await;
    let app = f.app();
    let service = service_token::create(&app, "miniapp-api").await.unwrap();
    let father = import::person_id(&app, "father").await.unwrap().unwrap();
    let token = session::issue(&app, father).await.unwrap().token;
    let url = lane.server.url("/internal/v1/guardian/claims");
    let request = lane.server.client.post(url).bearer_auth(service).header(SESSION_HEADER, token);
    assert_eq!(ask(request.json(&serde_json::json!({}))).await.status, 200);
    let ming = lane.board("c-1-1").await;
    assert_eq!(doubts(&ming), [Some(ReadingDoubt::ReadAgain), None]);
    assert_eq!(ming[1].pickup.phase, PickupPhase::Claimed);
});
