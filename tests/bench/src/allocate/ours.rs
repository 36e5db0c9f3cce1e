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
use domain::minute::{Minute, Span};
use domain::time::Timestamp;
use testkit::postgres::Cluster;

use super::contestant::Answer;
use super::demand::{Interval, Scale, Taken, Ticket};
use super::judge::{self, Verdict};
use super::view::View;
use http::Http;
use place::{Place, pool_of};
use plates::Plates;
use use_case::UseCase;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Call,
    Http,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spaces {
    /// One pool.
    Any,
    /// Pools of one.
    This,
}

pub struct Ours {
    way: Door,
    plates: Plates,
    /// With [`Spaces::This`].
    view: Option<View>,
    origin: Timestamp,
    place: Place,
}

enum Door {
    Call(UseCase),
    Http(Box<Http>),
}

/// A request: car, garage, pool and time.
struct Wanted {
    garage: usize,
    plate: u16,
    pool: Option<PoolId>,
    interval: Interval,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

impl Wanted {
    fn span(&self) -> Span {
        let minute = |at| Minute::floor(at);
        Span::new(minute(self.starts_at), minute(self.ends_at)).expect("an interval has a length")
    }
}

impl Ours {
    pub async fn start(
        cluster: &Cluster,
        (database, way, spaces): (Database, Way, Spaces),
        replicas: usize,
        (scale, origin): (Scale, Timestamp),
        taken: &[Taken],
    ) -> (Self, Vec<Ticket>) {
        let plates = Plates::for_fill(scale, taken);
        let place = Place::make(cluster, database, (scale, spaces), plates.needed()).await;
        let tickets = place.fill(origin, taken).await;
        let way = match way {
            Way::Call => {
                let mut apps = Vec::new();
                for _ in 0..replicas {
                    apps.push(place.open().await);
                }
                Door::Call(UseCase::start(apps))
            }
            Way::Http => Door::Http(Box::new(Http::start(&place).await)),
        };
        let view = (spaces == Spaces::This).then(|| View::new(scale, taken));
        (Self { way, plates, view, origin, place }, tickets)
    }

    pub async fn ask(&self, garage: usize, interval: Interval) -> Answer {
        let picked = match &self.view {
            Some(view) => match view.pick(garage, interval) {
                Some(space) => Some(space),
                None => return Answer::Unasked,
            },
            None => None,
        };
        let (start, end) = interval.at(self.origin);
        let wanted = Wanted {
            garage,
            plate: self.plates.take(garage),
            pool: picked.map(pool_of),
            interval,
            starts_at: Timestamp::from_micros(start),
            ends_at: Timestamp::from_micros(end),
        };
        let answer = match &self.way {
            Door::Call(calls) => calls.reserve(&self.place, &wanted).await,
            Door::Http(http) => http.reserve(&self.place, &wanted).await,
        };
        match answer {
            Answer::Accepted(ticket) => Answer::Accepted(Ticket { space: picked.unwrap_or(0), ..ticket }),
            other => {
                self.plates.give_back(garage, wanted.plate);
                if let (Some(view), Some(space)) = (&self.view, picked) {
                    view.give_back(garage, space, interval);
                }
                other
            }
        }
    }

    pub async fn cancel(&self, garage: usize, ticket: Ticket) -> Answer {
        let answer = match &self.way {
            Door::Call(calls) => calls.cancel(&self.place, garage, ticket).await,
            Door::Http(http) => http.cancel(&self.place, ticket).await,
        };
        if let Answer::Cancelled = answer {
            self.plates.give_back(garage, ticket.plate);
            if let Some(view) = &self.view {
                view.give_back(garage, ticket.space, ticket.interval);
            }
        }
        answer
    }

    pub async fn judge(&self) -> Verdict {
        judge::ours(&self.place.store).await
    }

    /// The server's, if there is one.
    pub fn process(&self) -> Option<u32> {
        match &self.way {
            Door::Call(_) => None,
            Door::Http(http) => Some(http.process()),
        }
    }
}
