//! A garage that is open for the public all day, drivers, and short words for what they do.

use std::time::Duration;

use domain::access::Audience;
use domain::allocation::DriverNoticeKind;
use domain::allocation::entry::EntryPhase;
use domain::allocation::refusal::ReservationRefusal;
use domain::allocation::{EntryChange, ReservationIntent};
use domain::calendar::DayKinds;
use domain::ids::{GarageId, PersonId, PoolId, ReservationId, WindowId};
use domain::minute::{Minute, MinuteSpan, Minutes};
use domain::shared_window::{DailyHours, LessonRule, SharedWindow, WindowRecurrence, WindowTerms};
use domain::time::Timestamp;
use domain::window::Weekdays;
use server::app::App;
use server::app::allocation::{
    AllocationError, AllocationReply, AllocationRequest, ChangeRequest, RequestActor, ReservationActRequest,
    ReserveRequest, submit,
};
use server::app::idempotency::IdempotencyKey;
use store::reservation::{self, StoredReservation};
use store::seal::{SealPurpose, SealedValue};
use store::{Store, book, notice_view, person, pool, window};
use testkit::wait;
use uuid::Uuid;

use crate::common::district::{MALL, fill, garage};
use crate::common::http::ServedRouter;
use crate::common::{StoreFixture, time};

/// Generous: the machine may be busy.
pub(super) const SOON: Duration = wait::PATIENCE;

pub(super) struct AllocationFixture<'a> {
    pub fixture: &'a StoreFixture,
    pub app: App,
    pub server: ServedRouter,
    /// Their plates are [`car`] of the same number.
    pub people: Vec<PersonId>,
}

/// The plate of a driver.
pub(super) fn car(n: usize) -> String {
    format!("鲁D{n:05}")
}

pub(super) fn mall() -> GarageId {
    garage(MALL)
}

/// Of the tests' Monday.
pub(super) fn at(hhmm: &str) -> Timestamp {
    time(&format!("2026-11-23T{hhmm}:00+08:00"))
}

pub(super) fn span(from: &str, until: &str) -> MinuteSpan {
    MinuteSpan::new(Minute::floor(at(from)), Minute::floor(at(until))).unwrap()
}

pub(super) fn main_pool() -> PoolId {
    PoolId::parse("main").unwrap()
}

/// All days, all day, for the public.
pub(super) fn open_window(quota: u32) -> SharedWindow {
    SharedWindow {
        id: WindowId::parse("mall-open").unwrap(),
        pool: main_pool(),
        audience: Audience::Public,
        name: "open".to_owned(),
        recurrence: WindowRecurrence {
            weekdays: Weekdays::ALL,
            kinds: DayKinds::ALL,
            lessons: LessonRule::AnyDay,
            first_day: None,
            last_day: None,
        },
        hours: DailyHours { start_minute: 0, length_minutes: 1440 },
        quota,
        terms: WindowTerms {
            min_stay: Minutes(15),
            max_stay: Minutes(1440),
            horizon: Minutes(14 * 1440),
            lock_out: None,
            early: Minutes(10),
            grace: Minutes(15),
            notice: Minutes(15),
            bookable: true,
            walk_in: true,
        },
        stagger: Vec::new(),
    }
}

/// Makes the mall a garage of so many spaces with nothing but [`open_window`].
pub(super) async fn share(store: &Store, spaces: u32, labels: &[&str]) {
    let mut tx = store.begin().await.unwrap();
    let now = at("00:00");
    book::open(&mut tx, &mall()).await.unwrap();
    let held = book::lock(&mut tx, &[mall()]).await.unwrap();
    assert_eq!(held.len(), 1);
    for old in window::of_garage(&mut tx, &mall()).await.unwrap() {
        window::end(&mut tx, &mall(), &old.window.id, now).await.unwrap();
    }
    let main = pool::StoredPool {
        id: main_pool(),
        name: "共享泊位".to_owned(),
        name_en: "Shared".to_owned(),
        size: spaces,
        spaces: labels.iter().map(|label| (*label).to_owned()).collect(),
    };
    pool::put(&mut tx, &mall(), &[main]).await.unwrap();
    window::put(&mut tx, &mall(), &open_window(spaces), now).await.unwrap();
    book::advance(&mut tx, &[mall()]).await.unwrap();
    tx.commit().await.unwrap();
}

pub(super) async fn drivers(app: &App, count: usize) -> Vec<PersonId> {
    drivers_named(app, "driver", count).await
}

pub(super) async fn drivers_named(app: &App, name: &str, count: usize) -> Vec<PersonId> {
    let mut tx = app.store.begin().await.unwrap();
    let mut people = Vec::new();
    for n in 0..count {
        let id = PersonId::from(Uuid::now_v7());
        let openid = app.keys.sealed(SealPurpose::OpenId, &format!("{name}-{n}")).unwrap();
        let key = app.keys.hash(SealPurpose::Key, &format!("{name}-{n}"));
        assert!(person::insert_driver(&mut tx, id, &key, b"name", &openid).await.unwrap());
        people.push(id);
    }
    tx.commit().await.unwrap();
    people
}

impl<'a> AllocationFixture<'a> {
    /// Served, so that gates may speak.
    pub(super) async fn open(fixture: &'a StoreFixture, spaces: u32) -> Self {
        Self::labelled(fixture, spaces, &[]).await
    }

    pub(super) async fn labelled(fixture: &'a StoreFixture, spaces: u32, labels: &[&str]) -> Self {
        let app = fixture.app();
        fill(&app).await;
        share(&app.store, spaces, labels).await;
        let people = drivers(&app, 12).await;
        let server = ServedRouter::start(app.clone()).await;
        Self { fixture, app, server, people }
    }

    pub(super) fn plate(&self, n: usize) -> SealedValue {
        self.app.keys.sealed(SealPurpose::Plate, &car(n)).unwrap()
    }

    pub(super) fn by(&self, n: usize) -> RequestActor {
        RequestActor::Person(self.people[n])
    }

    /// Driver `n` with the own car.
    pub(super) fn ask(
        &self,
        n: usize,
        key: &str,
        span: MinuteSpan,
        wish: ReservationIntent,
    ) -> ReserveRequest {
        ReserveRequest {
            by: self.by(n),
            key: IdempotencyKey::parse(key).unwrap(),
            pool: None,
            audience: Audience::Public,
            plate: self.plate(n),
            span,
            wish,
        }
    }

    pub(super) async fn submit(
        &self,
        request: AllocationRequest,
    ) -> Result<AllocationReply, AllocationError> {
        submit(&self.app, &mall(), request).await
    }

    pub(super) async fn one(&self, request: AllocationRequest) -> Result<StoredReservation, AllocationError> {
        self.submit(request).await.map(one)
    }

    pub(super) async fn reserve(&self, n: usize, key: &str, span: MinuteSpan) -> StoredReservation {
        self.one(AllocationRequest::Reserve(self.ask(n, key, span, ReservationIntent::Confirm)))
            .await
            .unwrap()
    }

    pub(super) async fn wish(
        &self,
        n: usize,
        key: &str,
        span: MinuteSpan,
        wish: ReservationIntent,
    ) -> Result<StoredReservation, AllocationError> {
        self.one(AllocationRequest::Reserve(self.ask(n, key, span, wish))).await
    }

    pub(super) fn act(&self, n: usize, id: ReservationId) -> ReservationActRequest {
        ReservationActRequest { by: self.by(n), id, known: None }
    }

    pub(super) async fn cancel(
        &self,
        n: usize,
        id: ReservationId,
    ) -> Result<StoredReservation, AllocationError> {
        self.one(AllocationRequest::Cancel(self.act(n, id))).await
    }

    pub(super) async fn confirm(
        &self,
        n: usize,
        id: ReservationId,
    ) -> Result<StoredReservation, AllocationError> {
        self.one(AllocationRequest::Confirm(self.act(n, id))).await
    }

    pub(super) async fn change(
        &self,
        n: usize,
        id: ReservationId,
        to: MinuteSpan,
    ) -> Result<StoredReservation, AllocationError> {
        let change = EntryChange { span: Some(to), ..EntryChange::default() };
        self.one(AllocationRequest::Change(ChangeRequest {
            by: self.by(n),
            id,
            change,
            plate: None,
            known: None,
        }))
        .await
    }

    pub(super) async fn settle(&self) {
        assert_eq!(self.submit(AllocationRequest::Settle).await.unwrap(), AllocationReply::Done);
    }

    /// At that time of the Monday, with everything done that is due.
    pub(super) async fn settle_at(&self, hhmm: &str) {
        self.fixture.clock.set(&format!("2026-11-23T{hhmm}:00+08:00"));
        self.settle().await;
    }

    /// As the database has it.
    pub(super) async fn stored(&self, id: ReservationId) -> StoredReservation {
        stored(&self.fixture.store, id).await.unwrap()
    }

    pub(super) async fn phase(&self, id: ReservationId) -> EntryPhase {
        self.stored(id).await.entry.phase()
    }

    pub(super) async fn until_phase(&self, id: ReservationId, phase: EntryPhase) -> StoredReservation {
        wait::until(SOON, "the reservation's phase", async || {
            Some(self.stored(id).await).filter(|stored| stored.entry.phase() == phase)
        })
        .await
    }

    /// Newest first.
    pub(super) async fn notices(&self, n: usize) -> Vec<DriverNoticeKind> {
        let mut tx = self.fixture.store.begin_read().await.unwrap();
        let notices = notice_view::of_person(&mut tx, self.people[n], 50).await.unwrap();
        notices.into_iter().map(|notice| notice.kind).collect()
    }
}

pub(super) async fn stored(store: &Store, id: ReservationId) -> Option<StoredReservation> {
    let mut tx = store.begin_read().await.unwrap();
    reservation::by_ids(&mut tx, &[id]).await.unwrap().pop()
}

pub(super) fn one(answer: AllocationReply) -> StoredReservation {
    match answer {
        AllocationReply::Reservation(stored) => *stored,
        other => panic!("not a reservation: {other:?}"),
    }
}

pub(super) fn refusal(outcome: Result<StoredReservation, AllocationError>) -> ReservationRefusal {
    match outcome {
        Err(AllocationError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}
