//! Short constructors of layouts, times and requests. The day is Monday 2026-11-23.

use uuid::Uuid;

use crate::allocation::entry::EntryOrigin;
use crate::allocation::layout::{GarageLayout, PlateKey, SpaceClosure, SpacePool};
use crate::allocation::request::{EnteredCar, ReservationIntent, ReservationRequest};
use crate::audience::Audience;
use crate::ids::{PoolId, VisitId, WindowId};
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::shared_window::{WindowOpening, WindowTerms};
use crate::time::Timestamp;

pub(super) const TERMS: WindowTerms = WindowTerms {
    min_stay: Minutes(15),
    max_stay: Minutes(14 * 60),
    horizon: Minutes(7 * 24 * 60),
    lock_out: None,
    early: Minutes(10),
    grace: Minutes(15),
    notice: Minutes(15),
    bookable: true,
    walk_in: true,
};

/// `HH:MM` or `HH:MM:SS`; after `+` on the next day.
pub(super) fn at(text: &str) -> Timestamp {
    let (day, time) = match text.strip_prefix('+') {
        Some(time) => (24, time),
        None => (23, text),
    };
    let seconds = if time.len() == 5 { ":00" } else { "" };
    Timestamp::parse(&format!("2026-11-{day}T{time}{seconds}+08:00")).unwrap()
}

pub(super) fn minute(text: &str) -> Minute {
    Minute::exact(at(text)).unwrap()
}

pub(super) fn span(from: &str, until: &str) -> MinuteSpan {
    MinuteSpan::new(minute(from), minute(until)).unwrap()
}

pub(super) fn pool(name: &str) -> PoolId {
    PoolId::parse(name).unwrap()
}

pub(super) fn id<T: From<Uuid>>(n: u128) -> T {
    Uuid::from_u128(n).into()
}

pub(super) fn plate(n: u8) -> PlateKey {
    PlateKey(vec![n])
}

/// A garage with the pool `main`.
pub(super) fn ground(size: u32) -> GarageLayout {
    let main = SpacePool { size, spaces: Vec::new() };
    GarageLayout { pools: [(pool("main"), main)].into(), ..GarageLayout::default() }
}

impl GarageLayout {
    pub fn opened(mut self, audience: Audience, hours: MinuteSpan, quota: u32, terms: WindowTerms) -> Self {
        let window = WindowId::parse(&format!("window-{}", self.openings.len())).unwrap();
        self.openings.push(WindowOpening {
            window,
            pool: pool("main"),
            audience,
            span: hours,
            quota,
            terms,
            groups: Vec::new(),
        });
        self
    }

    pub fn closed(mut self, audience: Option<Audience>, hours: MinuteSpan, spaces: Option<u32>) -> Self {
        self.closures.push(SpaceClosure { pool: Some(pool("main")), audience, span: hours, spaces });
        self
    }
}

/// The evening of a garage that is shared with the public from 18:00 to 07:30.
pub(super) fn evening(size: u32) -> GarageLayout {
    ground(size).opened(Audience::Public, span("18:00", "+07:30"), size, TERMS)
}

/// A request of the public, with its own person and plate.
pub(super) fn ask(n: u8, hours: MinuteSpan) -> ReservationRequest {
    ReservationRequest {
        id: id(u128::from(n)),
        pool: Some(pool("main")),
        audience: Audience::Public,
        origin: EntryOrigin::App,
        person: Some(id(1000 + u128::from(n))),
        plate: Some(plate(n)),
        span: hours,
        wish: ReservationIntent::Confirm,
    }
}

/// The car of [`ask`] `n`; its visit is 2000 + `n`, its own entry 3000 + `n`.
pub(super) fn car(n: u8, time: &str) -> EnteredCar {
    EnteredCar {
        id: id(3000 + u128::from(n)),
        visit: id(2000 + u128::from(n)),
        plate: Some(plate(n)),
        audience: None,
        at: at(time),
    }
}

pub(super) fn visit(n: u8) -> VisitId {
    id(2000 + u128::from(n))
}
