//! The effects that a gateway can and cannot have on the district, on both databases.

use std::time::Duration;

use crate::common::district::{
    FATHER, MALL_TOKEN, MOTHER, SCHOOL, SCHOOL_TOKEN, SHARED, STAFF, STRANGER, fill, garage, plate,
};
use crate::common::gateway::{batch, entry, exit, heartbeat, pass};
use crate::common::http::{ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture, time};
use domain::access::{AccessDecision, Audience, DenialReason};
use domain::ids::ClassId;
use domain::pickup::PickupPhase;
use domain::time::Clock;
use protocol::people::ArrivalNote;
use protocol::uplink::{BatchReceipt, UplinkBatch, UplinkRecordContent};
use server::app::{App, ingest};
use store::arrival::{self, SealedArrival};
use store::seal::SealPurpose;
use store::{gate_event, visit};

const FIRST: &str = "01JD0000-0000";
const SECOND: &str = "01JD9999-9999";

async fn started(fixture: &StoreFixture) -> ServedRouter {
    let app = fixture.app();
    fill(&app).await;
    ServedRouter::start(app).await
}

async fn board(fixture: &StoreFixture, class: &str) -> Vec<SealedArrival> {
    let mut tx = fixture.store.begin_read().await.unwrap();
    let class = ClassId::parse(class).unwrap();
    arrival::board(&mut tx, &class, fixture.clock.now().local_date()).await.unwrap()
}

async fn visits(fixture: &StoreFixture, of: &str) -> Vec<visit::VisitFacts> {
    let hash = fixture.keys().hash(SealPurpose::Plate, plate(of).as_str());
    let mut tx = fixture.store.begin_read().await.unwrap();
    visit::of_plate(&mut tx, &garage(SCHOOL), &hash).await.unwrap()
}

async fn events(fixture: &StoreFixture) -> usize {
    let mut tx = fixture.store.begin_read().await.unwrap();
    gate_event::page(&mut tx, &garage(SCHOOL), i64::MAX, 1000).await.unwrap().len()
}

contract!(an_event_counts_once_across_batches_and_epochs, |f| async {
    let server = started(f).await;
    let events_of = || vec![entry("e1", MOTHER, MONDAY), entry("e2", FATHER, MONDAY)];
    let first = server.take(SCHOOL_TOKEN, &batch(FIRST, 1, events_of())).await;
    assert_eq!((first.acked_through, first.count.occupied, first.count.through_seq), (2, 2, 2));
    // The receipt was lost, and the next batch overlaps.
    let mut more = events_of();
    more.push(exit("e3", FATHER, MONDAY));
    let again = server.take(SCHOOL_TOKEN, &batch(FIRST, 1, more)).await;
    assert_eq!((again.acked_through, again.count.occupied), (3, 1));
    // A new box starts another epoch and is sent the old events by the controllers.
    let fresh = server.take(SCHOOL_TOKEN, &batch(SECOND, 40, events_of())).await;
    assert_eq!((fresh.acked_through, fresh.count.occupied), (41, 1));
    assert_eq!(events(f).await, 3);
    assert_eq!(board(f, "c-1-1").await.len(), 2);
});

contract!(a_box_put_back_from_an_old_copy_loses_nothing, |f| async {
    let server = started(f).await;
    let before = vec![entry("e1", MOTHER, MONDAY), entry("e2", FATHER, MONDAY)];
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, before)).await;
    // The copy ends before the first event; later events have the same sequence numbers, and higher ones.
    let since = vec![entry("e1", MOTHER, MONDAY), entry("e8", STRANGER, MONDAY), exit("e9", FATHER, MONDAY)];
    let answer = server.take(SCHOOL_TOKEN, &batch(FIRST, 1, since)).await;
    assert_eq!((answer.acked_through, answer.count.occupied, events(f).await), (3, 2, 4));
});

contract!(one_event_twice_in_a_batch_counts_once, |f| async {
    let server = started(f).await;
    let twice = vec![entry("e1", STRANGER, MONDAY), entry("e1", STRANGER, MONDAY)];
    assert_eq!(server.take(SCHOOL_TOKEN, &batch(FIRST, 1, twice)).await.count.occupied, 1);
});

contract!(a_gap_is_refused_and_names_what_is_missing, |f| async {
    let server = started(f).await;
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    let gap = server.post_batch(SCHOOL_TOKEN, &batch(FIRST, 5, vec![entry("e5", FATHER, MONDAY)])).await;
    assert_eq!((gap.status, gap.code()), (409, "sequence_gap"));
    assert!(gap.body["detail"].as_str().unwrap().contains('2'), "{gap:?}");
    assert_eq!(events(f).await, 1);
});

contract!(a_gap_harms_no_other_garage_of_its_group, |f| async {
    let app = f.app();
    fill(&app).await;
    let school = batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)]);
    let mall = batch(SECOND, 1, vec![entry("m1", STRANGER, MONDAY)]);
    submit_all(&app, vec![("school", school)]).await;
    let gap = batch(FIRST, 9, vec![entry("e9", FATHER, MONDAY)]);
    let answers = submit_all(&app, vec![("school", gap), ("mall", mall)]).await;
    assert!(answers[0].is_err());
    assert_eq!(answers[1].as_ref().unwrap().acked_through, 1);
});

contract!(a_batch_of_a_garage_without_a_gateway_harms_no_other, |f| async {
    let app = f.app();
    fill(&app).await;
    // The gateway was removed after its token was checked; nothing of this transaction is left to write.
    let alone = submit_all(&app, vec![("gone", batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)]))]).await;
    assert!(matches!(alone[0], Err(ingest::IngestError::Unknown)), "{alone:?}");
    let good = submit_all(&app, vec![(SCHOOL, batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)]))]).await;
    assert_eq!(good[0].as_ref().unwrap().acked_through, 1);
});

/// Queues all batches before the task runs: they form one group.
async fn submit_all(
    app: &App,
    batches: Vec<(&'static str, UplinkBatch)>,
) -> Vec<Result<BatchReceipt, ingest::IngestError>> {
    let tasks: Vec<_> = batches
        .into_iter()
        .map(|(id, batch)| {
            let app = app.clone();
            tokio::spawn(async move { ingest::submit(&app, garage(id), batch).await })
        })
        .collect();
    tokio::task::yield_now().await;
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(ingest::run(app.clone(), stop.clone()));
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    stop.cancel();
    running.await.unwrap();
    answers
}

contract!(nobody_writes_without_the_garages_own_token, |f| async {
    let server = started(f).await;
    let sent = batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)]);
    for token in ["", "pkg_wrong"] {
        let answer = server.post_batch(token, &sent).await;
        assert_eq!((answer.status, answer.code()), (401, "unauthorized"));
    }
    // The mall's gateway reports for the mall, whatever garage the events name.
    server.take(MALL_TOKEN, &sent).await;
    assert_eq!(events(f).await, 0);
    assert!(board(f, "c-1-1").await.is_empty());
});

contract!(two_replicas_with_the_same_batches_write_them_once, |f| async {
    let here = started(f).await;
    let there = ServedRouter::start(f.replica().await).await;
    let plates: Vec<String> = (0..40).map(|n| format!("鲁B3{n:04}")).collect();
    for (seq, text) in (1..).zip(&plates) {
        let sent = batch(FIRST, seq, vec![entry(&format!("e{seq}"), text, MONDAY)]);
        let mall = batch(SECOND, seq, vec![entry(&format!("m{seq}"), text, MONDAY)]);
        let (a, b, c, d) = tokio::join!(
            here.take(SCHOOL_TOKEN, &sent),
            there.take(SCHOOL_TOKEN, &sent),
            there.take(MALL_TOKEN, &mall),
            here.take(MALL_TOKEN, &mall),
        );
        assert_eq!([a, b, c, d].map(|r| (r.acked_through, r.count.occupied)), [(seq, seq); 4]);
    }
    assert_eq!(events(f).await, 40);
});

contract!(a_controller_whose_clock_is_wrong_by_days_loses_no_arrival, |f| async {
    let server = started(f).await;
    let wrong = protocol::uplink::GateEvent {
        occurred_at: time("2026-11-19T01:00:00+08:00"),
        ..entry("e1", MOTHER, MONDAY)
    };
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, vec![wrong])).await;
    assert_eq!(board(f, "c-1-1").await.len(), 1);
});

contract!(two_children_in_two_classes_are_two_arrivals, |f| async {
    let server = started(f).await;
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    let (ming, hong) = (board(f, "c-1-1").await, board(f, "c-1-2").await);
    assert_eq!((ming.len(), hong.len()), (1, 1));
    assert_eq!(ming[0].guardian.as_deref(), Some("母亲"));
    assert_eq!((ming[0].pickup.phase, ming[0].order, ming[0].note), (PickupPhase::Waiting, 1, None));
    assert_ne!(ming[0].cursor, hong[0].cursor);
});

contract!(a_custody_block_beats_everything_else, |f| async {
    let server = started(f).await;
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, vec![entry("e1", SHARED, MONDAY)])).await;
    assert!(board(f, "c-1-1").await.is_empty());
    assert_eq!(board(f, "c-1-2").await.len(), 1);
});

contract!(what_was_not_let_in_as_pickup_is_no_arrival, |f| async {
    let server = started(f).await;
    let refused = Some(AccessDecision::refuse(DenialReason::OutsideWindow));
    let public = Some(AccessDecision::open(Some(Audience::Public)));
    let events = [refused, public, None].into_iter().zip(1..).map(|(decision, n)| {
        let delta = i64::from(n == 2);
        protocol::uplink::GateEvent { decision, delta, ..entry(&format!("e{n}"), MOTHER, MONDAY) }
    });
    let receipt = server.take(SCHOOL_TOKEN, &batch(FIRST, 1, events.collect())).await;
    assert_eq!(receipt.count.occupied, 1);
    assert!(board(f, "c-1-1").await.is_empty());
});

contract!(readings_of_one_car_are_one_arrival, |f| async {
    let server = started(f).await;
    let twice = vec![entry("e1", MOTHER, MONDAY), entry("e2", "鲁b·10001", "2026-11-23T15:39:30+08:00")];
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, twice)).await;
    assert_eq!(board(f, "c-1-1").await.len(), 1);
});

contract!(another_car_for_the_same_child_says_so, |f| async {
    let server = started(f).await;
    let both = vec![entry("e1", MOTHER, MONDAY), entry("e2", FATHER, MONDAY)];
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, both)).await;
    let ming = board(f, "c-1-1").await;
    assert_eq!(ming.iter().map(|a| a.note).collect::<Vec<_>>(), [None, Some(ArrivalNote::AlreadyWaiting)]);
    assert_eq!(ming.iter().map(|a| a.order).collect::<Vec<_>>(), [1, 2]);
});

contract!(a_child_that_was_handed_over_is_told_of_to_the_next_car, |f| async {
    let server = started(f).await;
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    hand_over(f, &board(f, "c-1-1").await[0]).await;
    f.clock.advance(Duration::from_secs(600));
    let later = "2026-11-23T15:50:00+08:00";
    server.take(SCHOOL_TOKEN, &batch(FIRST, 2, vec![entry("e2", FATHER, later)])).await;
    assert_eq!(board(f, "c-1-1").await[1].note, Some(ArrivalNote::AlreadyHandedOver));
});

async fn hand_over(fixture: &StoreFixture, stored: &SealedArrival) {
    let pickup = domain::pickup::PickupState { phase: PickupPhase::HandedOver, ..stored.pickup };
    let somebody = server::app::import::person_id(&fixture.app(), "aunt").await.unwrap().unwrap();
    let last = arrival::LastArrivalAct { act: domain::pickup::PickupAct::HandOver, seen: stored.cursor };
    let mut tx = fixture.store.begin().await.unwrap();
    let cursor = store::feed::take_cursors(&mut tx, 1).await.unwrap();
    arrival::act(&mut tx, stored.id, last, pickup, somebody, cursor).await.unwrap();
    tx.commit().await.unwrap();
}

contract!(a_car_that_leaves_is_seen_on_the_board, |f| async {
    let server = started(f).await;
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    let before = board(f, "c-1-1").await[0].cursor;
    let receipt = server.take(SCHOOL_TOKEN, &batch(FIRST, 2, vec![exit("e2", MOTHER, MONDAY)])).await;
    assert_eq!(receipt.count.occupied, 0);
    let ming = &board(f, "c-1-1").await[0];
    assert_eq!(ming.car_left_at, Some(time(MONDAY)));
    assert!(ming.cursor > before);
});

contract!(a_car_that_comes_back_for_a_waiting_child_is_in_again, |f| async {
    let server = started(f).await;
    let back = "2026-11-23T15:40:00.5+08:00";
    f.clock.set("2026-11-23T15:41:00+08:00");
    let events = vec![entry("e1", MOTHER, MONDAY), exit("e2", MOTHER, MONDAY), entry("e3", MOTHER, back)];
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, events)).await;
    let ming = board(f, "c-1-1").await;
    assert_eq!((ming.len(), ming[0].car_left_at), (1, None));
});

contract!(yesterdays_cars_are_history, |f| async {
    let server = started(f).await;
    let old = entry("e1", MOTHER, "2026-11-22T15:40:00+08:00");
    let receipt = server.take(SCHOOL_TOKEN, &batch(FIRST, 1, vec![old])).await;
    assert_eq!(receipt.count.occupied, 1);
    assert!(board(f, "c-1-1").await.is_empty());
});

contract!(visits_run_from_entry_to_exit, |f| async {
    let server = started(f).await;
    let events = vec![
        entry("e1", MOTHER, "2026-11-23T15:30:00+08:00"),
        entry("e2", MOTHER, "2026-11-23T15:35:00+08:00"),
        exit("e3", MOTHER, "2026-11-23T15:38:00+08:00"),
        exit("e4", STAFF, MONDAY),
    ];
    server.take(SCHOOL_TOKEN, &batch(FIRST, 1, events)).await;
    let ends = |visits: Vec<visit::VisitFacts>| {
        visits.into_iter().map(|v| v.ended_by.unwrap_or_default()).collect::<Vec<_>>()
    };
    let mother = visits(f, MOTHER).await;
    assert_eq!(mother[1].audience.as_deref(), Some("pickup"));
    assert_eq!(ends(mother), ["exit_missed", "exit"]);
    let staff = visits(f, STAFF).await;
    assert_eq!((staff[0].entered_at, ends(staff.clone())), (None, vec!["exit".to_owned()]));
});

contract!(a_loop_counts_the_car_that_the_camera_has_read, |f| async {
    let server = started(f).await;
    let read = protocol::uplink::GateEvent { delta: 0, ..entry("e1", MOTHER, MONDAY) };
    let receipt = server.take(SCHOOL_TOKEN, &batch(FIRST, 1, vec![read])).await;
    assert_eq!(receipt.count.occupied, 0);
    let receipt = server.take(SCHOOL_TOKEN, &batch(FIRST, 2, vec![pass("e2", "e1", MONDAY)])).await;
    assert_eq!(receipt.count.occupied, 1);
    assert_eq!(visits(f, MOTHER).await[0].audience.as_deref(), Some("pickup"));
});

contract!(the_first_word_of_a_gateway_starts_the_count, |f| async {
    let server = started(f).await;
    let receipt = server.take(SCHOOL_TOKEN, &heartbeat(FIRST)).await;
    assert_eq!((receipt.acked_through, receipt.count.occupied), (0, 0));
});

contract!(an_impossible_record_is_a_dead_letter_and_holds_up_nothing, |f| async {
    let server = started(f).await;
    let wrong = protocol::uplink::GateEvent { delta: 7, ..entry("e1", MOTHER, MONDAY) };
    let sent = batch(FIRST, 1, vec![wrong, entry("e2", FATHER, MONDAY)]);
    let receipt = server.take(SCHOOL_TOKEN, &sent).await;
    assert_eq!((receipt.acked_through, receipt.count.occupied), (2, 1));
    let mut tx = f.store.begin_read().await.unwrap();
    let letters = store::dead_letter::page(&mut tx, &garage(SCHOOL), i64::MAX, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].detail.contains("delta"));
});

contract!(a_letter_with_a_nul_byte_is_kept, |f| async {
    let server = started(f).await;
    let mut sent = batch(FIRST, 1, vec![entry("e1", MOTHER, MONDAY)]);
    sent.records[0].content = UplinkRecordContent::DeadLetter(protocol::uplink::DeadLetter {
        code: protocol::mqtt::RejectCode::NotJson,
        detail: "a\0b".to_owned(),
        excerpt: "\0".to_owned(),
    });
    sent.status.version = "1\0".to_owned();
    sent.status.lanes[0].name = "\0".to_owned();
    assert_eq!(server.take(SCHOOL_TOKEN, &sent).await.acked_through, 1);
});

contract!(a_full_batch_of_new_cars_is_taken, |f| async {
    let server = started(f).await;
    let cars = (0..500).map(|n| entry(&format!("e{n}"), &format!("鲁C{n:05}"), MONDAY)).collect();
    let receipt = server.take(SCHOOL_TOKEN, &batch(FIRST, 1, cars)).await;
    assert_eq!((receipt.acked_through, receipt.count.occupied), (500, 500));
});

/// A school whose 600 pupils are siblings by twos, each couple with a car of its own.
async fn fill_large_school(app: &App) -> Vec<String> {
    let mut district = crate::common::district::district();
    let plates: Vec<String> = (0..300).map(|n| format!("鲁D{n:05}")).collect();
    for (n, text) in plates.iter().enumerate() {
        let keys = [format!("a{n}"), format!("b{n}")];
        for (class, key) in district.schools[0].classes.iter_mut().zip(&keys) {
            class
                .pupils
                .push(protocol::district::PupilSpec { key: key.clone(), name: "王小明".to_owned() });
        }
        let child = |key: &String| protocol::district::ChildSpec {
            pupil: key.clone(),
            relation: "父亲".to_owned(),
            blocked: false,
        };
        district.people.push(protocol::district::PersonSpec {
            key: format!("father-{n}"),
            name: "王大明".to_owned(),
            children: keys.iter().map(child).collect(),
            plates: vec![plate(text)],
            ..protocol::district::PersonSpec::default()
        });
    }
    server::app::import::run(app, &district).await.unwrap();
    plates
}

contract!(a_school_that_was_cut_off_catches_up_in_one_batch, |f| async {
    let server = started(f).await;
    let plates = fill_large_school(&f.app()).await;
    let mut events: Vec<_> =
        plates.iter().enumerate().map(|(n, car)| entry(&format!("in{n}"), car, MONDAY)).collect();
    let gone = plates.iter().take(200).enumerate();
    events.extend(gone.map(|(n, car)| exit(&format!("out{n}"), car, MONDAY)));
    let receipt = server.take(SCHOOL_TOKEN, &batch(FIRST, 1, events)).await;
    assert_eq!((receipt.acked_through, receipt.count.occupied), (500, 100));
    for class in ["c-1-1", "c-1-2"] {
        let board = board(f, class).await;
        assert!(board.iter().map(|arrival| arrival.order).eq(1..=300));
        assert_eq!(board.iter().filter(|arrival| arrival.car_left_at.is_some()).count(), 200);
    }
    let mut tx = f.store.begin_read().await.unwrap();
    assert_eq!(store::feed::head(&mut tx).await.unwrap(), 600 + 400);
});

contract!(beside_a_backlog_a_parent_is_told_ahead_and_counted_in_order, |f| async {
    let server = started(f).await;
    let old = |id, car| entry(id, car, "2026-11-20T15:40:00+08:00");
    let now = entry("now", MOTHER, MONDAY);
    let mut first = batch(FIRST, 1, vec![old("e1", STAFF), old("e2", MOTHER)]);
    first.priority_records = batch(FIRST, 900, vec![now.clone(), entry("odd", "", MONDAY)]).records;
    let receipt = server.take(SCHOOL_TOKEN, &first).await;
    assert_eq!((receipt.acked_through, receipt.count.occupied), (2, 2));
    assert_eq!((board(f, "c-1-1").await.len(), events(f).await), (1, 2));
    // Its receipt was lost.
    server.take(SCHOOL_TOKEN, &first).await;
    let rest = batch(FIRST, 3, vec![exit("e3", MOTHER, "2026-11-20T15:50:00+08:00"), now]);
    let receipt = server.take(SCHOOL_TOKEN, &rest).await;
    assert_eq!((receipt.acked_through, receipt.count.occupied), (4, 2));
    let board = board(f, "c-1-1").await;
    assert_eq!((board.len(), board[0].car_left_at, events(f).await), (1, None, 4));
    assert_eq!(visits(f, MOTHER).await.iter().filter(|visit| visit.exited_at.is_none()).count(), 1);
});

contract!(batches_of_another_shape_are_refused, |f| async {
    let server = started(f).await;
    let mut future = heartbeat(FIRST);
    future.v = 2;
    let answer = server.post_batch(SCHOOL_TOKEN, &future).await;
    assert_eq!((answer.status, answer.code()), (422, "invalid_batch"));
    let url = server.url("/gateway/v1/events");
    let bearer = format!("Bearer {SCHOOL_TOKEN}");
    let request =
        server.client.post(url).header("authorization", bearer).header("content-type", "application/json");
    let answer = ask(request.body(r#"{"v":1}"#)).await;
    assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some("epoch")));
});

contract!(a_new_token_ends_the_one_before, |f| async {
    let server = started(f).await;
    let token = server::app::gateway_token::create(&f.app(), &garage(SCHOOL)).await.unwrap();
    assert!(token.starts_with("pkg_"));
    assert_eq!(server.post_batch(SCHOOL_TOKEN, &heartbeat(FIRST)).await.status, 401);
    server.take(&token, &heartbeat(FIRST)).await;
});
