//! A garage that is open for the public all day, drivers, and short words for what they do.

use std::time::Duration;

use domain::access::Audience;
use domain::allocation::entry::Phase;
use domain::allocation::refusal::Refusal;
use domain::allocation::{Change, Wish};
use domain::calendar::DayKinds;
use domain::ids::{GarageId, PoolId, WindowId};
use domain::minute::{Minute, Minutes, Span};
use domain::shared_window::{DailyHours, OnLessons, Recurrence, SharedWindow, Terms};
use domain::time::Timestamp;
use domain::window::Weekdays;
use protocol::reservation::NoticeKind;
use server::app::App;
use server::app::allocation::{Act, AllocationError, Answer, By, ChangeOne, Request, Reserve, submit};
use server::store::reservation::{self, Stored};
use server::store::seal::{Purpose, Sealed};
use server::store::{Store, book, notice_view, person, pool, window};
use testkit::wait;
use uuid::Uuid;

use crate::common::district::{MALL, fill, garage};
use crate::common::http::Served;
use crate::common::{Fixture, time};

/// Generous: the machine may be busy.
pub const SOON: Duration = Duration::from_secs(30);

pub struct Place<'a> {
    pub fixture: &'a Fixture,
    pub app: App,
    pub server: Served,
    /// Their plates are [`car`] of the same number.
    pub people: Vec<Uuid>,
}

/// The plate of a driver.
pub fn car(n: usize) -> String {
    format!("鲁D{n:05}")
}

pub fn mall() -> GarageId {
    garage(MALL)
}

/// Of the tests' Monday.
pub fn at(hhmm: &str) -> Timestamp {
    time(&format!("2026-11-23T{hhmm}:00+08:00"))
}

pub fn span(from: &str, until: &str) -> Span {
    Span::new(Minute::floor(at(from)), Minute::floor(at(until))).unwrap()
}

pub fn main_pool() -> PoolId {
    PoolId::parse("main").unwrap()
}

/// All days, all day, for the public.
pub fn open_window(quota: u32) -> SharedWindow {
    SharedWindow {
        id: WindowId::parse("mall-open").unwrap(),
        pool: main_pool(),
        audience: Audience::Public,
        name: "open".to_owned(),
        recurrence: Recurrence {
            weekdays: Weekdays::ALL,
            kinds: DayKinds::ALL,
            lessons: OnLessons::AnyDay,
            first_day: None,
            last_day: None,
        },
        hours: DailyHours { start_minute: 0, length_minutes: 1440 },
        quota,
        terms: Terms {
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
pub async fn share(store: &Store, spaces: u32, labels: &[&str]) {
    let mut tx = store.begin().await.unwrap();
    let now = at("00:00");
    book::open(&mut tx, &mall()).await.unwrap();
    let held = book::lock(&mut tx, &[mall()]).await.unwrap();
    assert_eq!(held.len(), 1);
    for old in window::of_garage(&mut tx, &mall()).await.unwrap() {
        window::end(&mut tx, &mall(), &old.window.id, now).await.unwrap();
    }
    let main = pool::Pool {
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

pub async fn drivers(app: &App, count: usize) -> Vec<Uuid> {
    drivers_named(app, "driver", count).await
}

pub async fn drivers_named(app: &App, name: &str, count: usize) -> Vec<Uuid> {
    let mut tx = app.store.begin().await.unwrap();
    let mut people = Vec::new();
    for n in 0..count {
        let id = Uuid::now_v7();
        let openid = app.keys.sealed(Purpose::OpenId, &format!("{name}-{n}")).unwrap();
        let key = app.keys.hash(Purpose::Key, &format!("{name}-{n}"));
        assert!(person::insert_driver(&mut tx, id, &key, b"name", &openid).await.unwrap());
        people.push(id);
    }
    tx.commit().await.unwrap();
    people
}

impl<'a> Place<'a> {
    /// Served, so that gates may speak.
    pub async fn open(fixture: &'a Fixture, spaces: u32) -> Self {
        Self::labelled(fixture, spaces, &[]).await
    }

    pub async fn labelled(fixture: &'a Fixture, spaces: u32, labels: &[&str]) -> Self {
        let app = fixture.app();
        fill(&app).await;
        share(&app.store, spaces, labels).await;
        let people = drivers(&app, 12).await;
        let server = Served::start(app.clone()).await;
        Self { fixture, app, server, people }
    }

    pub fn plate(&self, n: usize) -> Sealed {
        self.app.keys.sealed(Purpose::Plate, &car(n)).unwrap()
    }

    pub fn by(&self, n: usize) -> By {
        By::Person(self.people[n])
    }

    /// Driver `n` with the own car.
    pub fn ask(&self, n: usize, key: &str, span: Span, wish: Wish) -> Reserve {
        Reserve {
            by: self.by(n),
            key: key.to_owned(),
            pool: None,
            audience: Audience::Public,
            plate: self.plate(n),
            span,
            wish,
        }
    }

    pub async fn submit(&self, request: Request) -> Result<Answer, AllocationError> {
        submit(&self.app, &mall(), request).await
    }

    pub async fn one(&self, request: Request) -> Result<Stored, AllocationError> {
        self.submit(request).await.map(one)
    }

    pub async fn reserve(&self, n: usize, key: &str, span: Span) -> Stored {
        self.one(Request::Reserve(self.ask(n, key, span, Wish::Confirm))).await.unwrap()
    }

    pub async fn wish(&self, n: usize, key: &str, span: Span, wish: Wish) -> Result<Stored, AllocationError> {
        self.one(Request::Reserve(self.ask(n, key, span, wish))).await
    }

    pub fn act(&self, n: usize, id: Uuid) -> Act {
        Act { by: self.by(n), id, known: None }
    }

    pub async fn cancel(&self, n: usize, id: Uuid) -> Result<Stored, AllocationError> {
        self.one(Request::Cancel(self.act(n, id))).await
    }

    pub async fn confirm(&self, n: usize, id: Uuid) -> Result<Stored, AllocationError> {
        self.one(Request::Confirm(self.act(n, id))).await
    }

    pub async fn change(&self, n: usize, id: Uuid, to: Span) -> Result<Stored, AllocationError> {
        let change = Change { span: Some(to), ..Change::default() };
        self.one(Request::Change(ChangeOne { by: self.by(n), id, change, plate: None, known: None })).await
    }

    pub async fn settle(&self) {
        assert_eq!(self.submit(Request::Settle).await.unwrap(), Answer::Done);
    }

    /// At that time of the Monday, with everything done that is due.
    pub async fn settle_at(&self, hhmm: &str) {
        self.fixture.clock.set(&format!("2026-11-23T{hhmm}:00+08:00"));
        self.settle().await;
    }

    /// As the database has it.
    pub async fn stored(&self, id: Uuid) -> Stored {
        stored(&self.fixture.store, id).await.unwrap()
    }

    pub async fn phase(&self, id: Uuid) -> Phase {
        self.stored(id).await.entry.phase()
    }

    pub async fn until_phase(&self, id: Uuid, phase: Phase) -> Stored {
        wait::until(SOON, "the reservation's phase", async || {
            Some(self.stored(id).await).filter(|stored| stored.entry.phase() == phase)
        })
        .await
    }

    /// Newest first.
    pub async fn notices(&self, n: usize) -> Vec<NoticeKind> {
        let mut tx = self.fixture.store.begin_read().await.unwrap();
        let notices = notice_view::of_person(&mut tx, self.people[n], 50).await.unwrap();
        notices.into_iter().map(|notice| notice.kind).collect()
    }
}

pub async fn stored(store: &Store, id: Uuid) -> Option<Stored> {
    let mut tx = store.begin_read().await.unwrap();
    reservation::by_ids(&mut tx, &[id]).await.unwrap().pop()
}

pub fn one(answer: Answer) -> Stored {
    match answer {
        Answer::Reservation(stored) => *stored,
        other => panic!("not a reservation: {other:?}"),
    }
}

pub fn refusal(outcome: Result<Stored, AllocationError>) -> Refusal {
    match outcome {
        Err(AllocationError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}
