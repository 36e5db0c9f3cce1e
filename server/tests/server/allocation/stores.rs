//! What the allocator's stores promise, one by one.

use domain::access::Audience;
use domain::allocation::BookStrikeKind;
use domain::allocation::DriverNoticeKind;
use domain::allocation::entry::{
    BookEntry, CancelCause, CancelLateness, EntryOrigin, EntryState, HoldOrigin,
};
use domain::allocation::layout::PlateKey;
use domain::ids::{PersonId, ReservationId, VisitId, WindowId};
use domain::minute::MinuteSpan;
use domain::time::Timestamp;
use server::app::App;
use store::reservation::{
    self, ClientReservationKey, ReservationCreator, ReservationDetails, ReservationPageCursor,
    StoredReservation,
};
use store::seal::SealedValue;
use store::strike::StrikeBlock;
use store::{block_list, book, gateway, notice, notice_view, strike};
use uuid::Uuid;

use crate::allocation::place::{at, drivers, main_pool, mall, span};
use crate::common::StoreFixture;
use crate::common::district::{SCHOOL, fill, garage};

fn row(person: PersonId, key: &str, state: EntryState, stay: MinuteSpan) -> StoredReservation {
    let live = BookEntry { state: state.clone(), ..entry(person, stay) }.is_live();
    let taken = (live && state != EntryState::Waiting).then_some(stay);
    StoredReservation {
        garage: mall(),
        entry: BookEntry { state, taken, ..entry(person, stay) },
        details: ReservationDetails {
            made_by: ReservationCreator::Person(person),
            client_key: Some(key.to_owned()),
            series: Some("series".to_owned()),
            plate_enc: Some(vec![9, 9]),
            state_since: at("15:00"),
            changed_at: at("15:01"),
        },
    }
}

fn entry(person: PersonId, span: MinuteSpan) -> BookEntry {
    BookEntry {
        id: ReservationId::from(Uuid::now_v7()),
        pool: main_pool(),
        audience: Audience::Public,
        origin: EntryOrigin::App,
        window: Some(WindowId::parse("w").unwrap()),
        person: Some(person),
        plate: Some(PlateKey(vec![1, 2, 3])),
        span,
        state: EntryState::Waiting,
        taken: None,
        space: Some("A-1".to_owned()),
        visit: Some(VisitId::from(Uuid::now_v7())),
        reminded: true,
        created_at: at("14:00"),
    }
}

fn every_state() -> Vec<EntryState> {
    let since = at("15:00");
    vec![
        EntryState::Waiting,
        EntryState::Held { until: at("15:30"), offered: HoldOrigin::Asked },
        EntryState::Held { until: at("15:30"), offered: HoldOrigin::FromWaitlist },
        EntryState::Confirmed { since },
        EntryState::CheckedIn { at: since },
        EntryState::Overstayed { since },
        EntryState::Completed { at: since },
        EntryState::Cancelled {
            at: since,
            cause: CancelCause::OfferExpired,
            lateness: CancelLateness::InTime,
        },
        EntryState::Cancelled { at: since, cause: CancelCause::Driver, lateness: CancelLateness::Late },
        EntryState::NoShow { at: since },
    ]
}

async fn started(f: &StoreFixture) -> (App, Vec<PersonId>) {
    let app = f.app();
    fill(&app).await;
    let people = drivers(&app, 2).await;
    (app, people)
}

contract!(every_state_comes_back_as_it_was, |f| async {
    let (_, people) = started(f).await;
    let mut rows: Vec<_> = (0..)
        .zip(every_state())
        .map(|(n, state)| row(people[0], &format!("k{n}"), state, span("18:00", "19:00")))
        .collect();
    rows[3].entry.window = None;
    rows[4].details = ReservationDetails {
        made_by: ReservationCreator::Gate,
        client_key: None,
        series: None,
        ..rows[4].details.clone()
    };
    rows[4].entry =
        BookEntry { person: None, plate: None, space: None, visit: None, ..rows[4].entry.clone() };
    rows[5].details.made_by = ReservationCreator::Operator("li".to_owned());
    let mut tx = f.store.begin().await.unwrap();
    reservation::insert(&mut tx, &rows).await.unwrap();
    reservation::insert(&mut tx, &[]).await.unwrap();
    let ids: Vec<ReservationId> = rows.iter().map(|row| row.entry.id).collect();
    let mut found = reservation::by_ids(&mut tx, &ids).await.unwrap();
    found.sort_by_key(|row| ids.iter().position(|id| *id == row.entry.id));
    assert_eq!(found, rows);
    let live = reservation::live(&mut tx, &[mall(), garage(SCHOOL)]).await.unwrap();
    assert_eq!(live.len(), 6);
    assert!(live.iter().all(|row| row.entry.is_live()));
    let version = book::version(&mut tx, &mall()).await.unwrap().unwrap();
    assert_eq!(reservation::live_garages(&mut tx).await.unwrap(), [(mall(), version)]);
});

contract!(what_may_change_is_written, |f| async {
    let (_, people) = started(f).await;
    let mut rows: Vec<_> = (0..)
        .zip(every_state())
        .map(|(n, state)| row(people[0], &format!("k{n}"), state, span("18:00", "19:00")))
        .collect();
    let mut tx = f.store.begin().await.unwrap();
    reservation::insert(&mut tx, &rows).await.unwrap();
    for (row, state) in rows.iter_mut().zip(every_state().into_iter().rev()) {
        let new = BookEntry { state, ..entry(people[0], span("17:30", "20:00")) };
        row.entry = BookEntry {
            id: row.entry.id,
            window: None,
            plate: Some(PlateKey(vec![7])),
            space: None,
            reminded: false,
            taken: new.is_live().then_some(span("17:00", "20:00")),
            ..new
        };
        row.details.plate_enc = Some(vec![5]);
        row.details.changed_at = at("15:39");
    }
    reservation::update(&mut tx, &rows).await.unwrap();
    let ids: Vec<ReservationId> = rows.iter().map(|row| row.entry.id).collect();
    let mut found = reservation::by_ids(&mut tx, &ids).await.unwrap();
    found.sort_by_key(|row| ids.iter().position(|id| *id == row.entry.id));
    assert_eq!(found, rows);
});

contract!(a_key_names_one_row_of_one_asker, |f| async {
    let (_, people) = started(f).await;
    let mine = row(people[0], "k", EntryState::Waiting, span("18:00", "19:00"));
    let theirs = row(people[1], "k", EntryState::Waiting, span("18:00", "19:00"));
    let mut tx = f.store.begin().await.unwrap();
    reservation::insert(&mut tx, &[mine.clone(), theirs]).await.unwrap();
    let key = |garage, person| ClientReservationKey {
        garage,
        made_by: ReservationCreator::Person(person),
        key: "k".to_owned(),
    };
    let wanted = key(mall(), people[0]);
    let keys = [wanted.clone(), key(garage(SCHOOL), people[1])];
    let found = reservation::by_keys(&mut tx, &keys).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[&wanted], mine);
});

contract!(pages_go_from_the_newest_start_to_the_oldest, |f| async {
    let (_, people) = started(f).await;
    let hours = [("16:00", "17:00"), ("18:00", "19:00"), ("18:00", "20:00"), ("21:00", "22:00")];
    let rows: Vec<_> = (0..)
        .zip(hours)
        .map(|(n, (from, until))| {
            row(people[0], &format!("k{n}"), EntryState::Confirmed { since: at("15:00") }, span(from, until))
        })
        .collect();
    let mut tx = f.store.begin().await.unwrap();
    reservation::insert(&mut tx, &rows).await.unwrap();
    let ids = |rows: &[StoredReservation]| rows.iter().map(|row| row.entry.id).collect::<Vec<_>>();
    let mut all = ids(&rows);
    all.reverse();
    let first = reservation::of_person(&mut tx, people[0], None, 2).await.unwrap();
    assert_eq!(ids(&first), all[..2]);
    let last = first.last().unwrap().entry.clone();
    let before = Some(ReservationPageCursor { starts_at: last.span.from().timestamp(), id: last.id });
    assert_eq!(ids(&reservation::of_person(&mut tx, people[0], before, 9).await.unwrap()), all[2..]);
    assert!(reservation::of_person(&mut tx, people[1], None, 9).await.unwrap().is_empty());
    let evening = (at("17:00"), at("21:00"));
    let found = reservation::of_garage(&mut tx, &mall(), evening, None, 9).await.unwrap();
    assert_eq!(ids(&found), all[1..3]);
    let found = reservation::of_garage(&mut tx, &mall(), evening, before, 9).await.unwrap();
    assert_eq!(ids(&found), all[2..3]);
});

contract!(notices_strikes_and_blocks_are_written, |f| async {
    let (_, people) = started(f).await;
    let mut tx = f.store.begin().await.unwrap();
    let new = notice::NewNotice {
        id: Uuid::now_v7(),
        person: people[0],
        at: at("15:00"),
        kind: DriverNoticeKind::Blocked,
        garage: mall(),
        reservation: ReservationId::from(Uuid::now_v7()),
        detail: "why".to_owned(),
    };
    notice::insert(&mut tx, std::slice::from_ref(&new)).await.unwrap();
    notice::insert(&mut tx, &[]).await.unwrap();
    let seen = notice_view::of_person(&mut tx, people[0], 9).await.unwrap();
    assert_eq!((seen[0].id, seen[0].kind, seen[0].detail.as_str()), (new.id, new.kind, "why"));
    let plate = PlateKey(vec![4, 4]);
    let struck = |kind, hhmm: &str| strike::NewStrike {
        id: Uuid::now_v7(),
        garage: mall(),
        plate: plate.clone(),
        reservation: ReservationId::from(Uuid::now_v7()),
        kind,
        at: at(hhmm),
    };
    let strikes = [struck(BookStrikeKind::NoShow, "10:00"), struck(BookStrikeKind::Overstay, "12:00")];
    strike::insert(&mut tx, &strikes).await.unwrap();
    let count = async |tx: &mut _, since| strike::count(tx, &mall(), &plate, since).await.unwrap();
    assert_eq!((count(&mut tx, at("09:00")).await, count(&mut tx, at("11:00")).await), (2, 1));
    let listed = block_list::strikes(&mut tx, &mall(), at("00:00"), 9).await.unwrap();
    assert_eq!(listed.len(), 2);
    let block = StrikeBlock {
        garage: mall(),
        plate: SealedValue { hash: plate.0.clone(), enc: vec![1] },
        reason: "2 strikes".to_owned(),
        from: at("12:00"),
        until: at("14:00"),
    };
    strike::block(&mut tx, &block).await.unwrap();
    let in_force = async |tx: &mut _, now| block_list::of_garage(tx, &mall(), now, 9).await.unwrap().len();
    assert_eq!((in_force(&mut tx, at("13:59")).await, in_force(&mut tx, at("14:00")).await), (1, 0));
});

contract!(how_much_a_gateway_has_told, |f| async {
    let (app, _) = started(f).await;
    let server = crate::common::http::ServedRouter::start(app).await;
    let told = async || {
        let mut tx = f.store.begin_read().await.unwrap();
        gateway::progress(&mut tx, &[mall()]).await.unwrap().remove(&mall()).unwrap()
    };
    assert_eq!(told().await, gateway::GatewayProgress { last_seen_at: None, behind: None });
    let mut batch = crate::common::gateway::heartbeat("epoch");
    let token = crate::common::district::MALL_TOKEN;
    server.take(token, &batch).await;
    let now: Option<Timestamp> = Some(domain::time::Clock::now(&*f.clock));
    assert_eq!(told().await, gateway::GatewayProgress { last_seen_at: now, behind: None });
    batch.status.backlog = 5;
    server.take(token, &batch).await;
    assert_eq!(told().await, gateway::GatewayProgress { last_seen_at: now, behind: Some(None) });
});

/// So that a group whose connection was cut by a restart of the database is not tried one by one.
#[tokio::test]
async fn a_database_that_is_restarted_is_away_and_not_broken() {
    let f = StoreFixture::postgres().await;
    let store::Store::Postgres(pool) = &f.store else { panic!("not PostgreSQL") };
    let cut = sqlx::query("select pg_terminate_backend(pg_backend_pid())").execute(pool).await;
    assert!(store::StoreError::from(cut.unwrap_err()).is_overload());
}
