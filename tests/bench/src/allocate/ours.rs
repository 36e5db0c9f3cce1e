//! Our own allocation, as the use case in this process or through the server's HTTP, on either database.
//!
//! - [`place`]: its database: garages, windows, people with plates, the fill
//! - [`use_case`]: called in this process
//! - [`http`]: called by requests to a server process, with a service token and people's sessions
//! - [`plates`]: no plate may have two reservations at once, so each live one has a plate of its own
//!
//! "Any free space" is a garage with one pool; "this space" a garage with a pool for each space, of which the client picks
//! one from what it believes is free.

mod connection;
mod http;
pub mod place;
mod plates;
pub mod use_case;

use domain::ids::PoolId;
use domain::minute::{Minute, MinuteSpan};
use domain::time::Timestamp;
use testkit::postgres::PostgresCluster;

use super::demand::{BenchReservation, ContestantAnswer, DemandScale, FilledInterval, MinuteInterval};
use super::judge::{self, OversaleVerdict};
use super::view::OccupancyView;
use http::HttpTarget;
use place::{BenchDistrict, pool_of};
use plates::PlatePool;
use use_case::UseCaseTarget;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllocatorDatabase {
    Sqlite,
    Postgres,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllocatorTransport {
    Call,
    Http,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllocatorSpaceChoice {
    /// One pool.
    Any,
    /// Pools of one.
    This,
}

pub struct OurAllocator {
    way: AllocatorTarget,
    plates: PlatePool,
    /// With [`AllocatorSpaceChoice::This`].
    view: Option<OccupancyView>,
    origin: Timestamp,
    place: BenchDistrict,
}

enum AllocatorTarget {
    Call(UseCaseTarget),
    Http(Box<HttpTarget>),
}

/// A request: car, garage, pool and time.
struct AllocatorRequest {
    garage: usize,
    plate: u16,
    pool: Option<PoolId>,
    interval: MinuteInterval,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

impl AllocatorRequest {
    fn span(&self) -> MinuteSpan {
        let minute = |at| Minute::floor(at);
        MinuteSpan::new(minute(self.starts_at), minute(self.ends_at)).expect("an interval has a length")
    }
}

impl OurAllocator {
    pub async fn start(
        cluster: &PostgresCluster,
        (database, way, spaces): (AllocatorDatabase, AllocatorTransport, AllocatorSpaceChoice),
        replicas: usize,
        (scale, origin): (DemandScale, Timestamp),
        taken: &[FilledInterval],
    ) -> (Self, Vec<BenchReservation>) {
        let plates = PlatePool::for_fill(scale, taken);
        let place = BenchDistrict::make(cluster, database, (scale, spaces), plates.needed()).await;
        let tickets = place.fill(origin, taken).await;
        let way = match way {
            AllocatorTransport::Call => {
                let mut apps = Vec::new();
                for _ in 0..replicas {
                    apps.push(place.open().await);
                }
                AllocatorTarget::Call(UseCaseTarget::start(apps))
            }
            AllocatorTransport::Http => AllocatorTarget::Http(Box::new(HttpTarget::start(&place).await)),
        };
        let view = (spaces == AllocatorSpaceChoice::This).then(|| OccupancyView::new(scale, taken));
        (Self { way, plates, view, origin, place }, tickets)
    }

    pub async fn ask(&self, garage: usize, interval: MinuteInterval) -> ContestantAnswer {
        let picked = match &self.view {
            Some(view) => match view.pick(garage, interval) {
                Some(space) => Some(space),
                None => return ContestantAnswer::Unasked,
            },
            None => None,
        };
        let (start, end) = interval.at(self.origin);
        let wanted = AllocatorRequest {
            garage,
            plate: self.plates.take(garage),
            pool: picked.map(pool_of),
            interval,
            starts_at: Timestamp::from_micros(start),
            ends_at: Timestamp::from_micros(end),
        };
        let answer = match &self.way {
            AllocatorTarget::Call(calls) => calls.reserve(&self.place, &wanted).await,
            AllocatorTarget::Http(http) => http.reserve(&self.place, &wanted).await,
        };
        match answer {
            ContestantAnswer::Accepted(ticket) => {
                ContestantAnswer::Accepted(BenchReservation { space: picked.unwrap_or(0), ..ticket })
            }
            // It may have been made all the same: plate and space stay taken.
            ContestantAnswer::GaveUp => ContestantAnswer::GaveUp,
            other => {
                self.plates.give_back(garage, wanted.plate);
                if let (Some(view), Some(space)) = (&self.view, picked) {
                    view.give_back(garage, space, interval);
                }
                other
            }
        }
    }

    pub async fn cancel(&self, garage: usize, ticket: BenchReservation) -> ContestantAnswer {
        let answer = match &self.way {
            AllocatorTarget::Call(calls) => calls.cancel(&self.place, garage, ticket).await,
            AllocatorTarget::Http(http) => http.cancel(&self.place, ticket).await,
        };
        if let ContestantAnswer::Cancelled = answer {
            self.plates.give_back(garage, ticket.plate);
            if let Some(view) = &self.view {
                view.give_back(garage, ticket.space, ticket.interval);
            }
        }
        answer
    }

    pub async fn judge(&self) -> OversaleVerdict {
        judge::ours(&self.place.store).await
    }

    /// The server's, if there is one.
    pub fn process(&self) -> Option<u32> {
        match &self.way {
            AllocatorTarget::Call(_) => None,
            AllocatorTarget::Http(http) => Some(http.process()),
        }
    }
}
