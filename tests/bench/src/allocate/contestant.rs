//! The systems under measurement.

use domain::time::Timestamp;
use rand::rngs::StdRng;
use serde::Serialize;
use testkit::postgres::Cluster;

use super::demand::{Interval, Scale, Taken, Ticket, Town};
use super::judge::Verdict;
use super::ours::{Database, Ours, Spaces, Way};
use super::peer::{Choice, Peer, Rule};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// PostgreSQL alone, exclusion constraint, the client chooses the space
    ExcludePicked,
    /// PostgreSQL alone, exclusion constraint, SQL searches the space
    ExcludeSearched,
    /// PostgreSQL alone, serializable transactions, the client chooses the space
    SerializablePicked,
    /// PostgreSQL alone, serializable transactions, SQL searches the space
    SerializableSearched,
    /// The use case, any free space of a pool
    Sqlite,
    Postgres,
    /// The use case, pools of one space; the client chooses the pool
    ThisSqlite,
    ThisPostgres,
    /// Through the server's HTTP, any free space of a pool
    HttpSqlite,
    HttpPostgres,
}

impl Kind {
    /// A yardstick, not ours.
    pub const fn is_peer(self) -> bool {
        match self {
            Self::ExcludePicked
            | Self::ExcludeSearched
            | Self::SerializablePicked
            | Self::SerializableSearched => true,
            Self::Sqlite
            | Self::Postgres
            | Self::ThisSqlite
            | Self::ThisPostgres
            | Self::HttpSqlite
            | Self::HttpPostgres => false,
        }
    }

    /// The same with "this space" instead of "any free space".
    pub const fn this_space(self) -> Option<Self> {
        match self {
            Self::Sqlite => Some(Self::ThisSqlite),
            Self::Postgres => Some(Self::ThisPostgres),
            Self::ExcludePicked
            | Self::ExcludeSearched
            | Self::SerializablePicked
            | Self::SerializableSearched
            | Self::ThisSqlite
            | Self::ThisPostgres
            | Self::HttpSqlite
            | Self::HttpPostgres => None,
        }
    }
}

/// A started contestant.
pub enum Contestant {
    Peer(Box<Peer>),
    Ours(Box<Ours>),
}

/// The outcome of a caller's request.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Accepted(Ticket),
    /// Nothing is free.
    Refused,
    /// The client knew by itself that nothing is free.
    Unasked,
    Cancelled,
    /// Nothing became of it, after many attempts or too long a wait.
    GaveUp,
}

/// Everything that a contestant is built from.
pub struct Ground<'a> {
    pub cluster: &'a Cluster,
    pub connections: u32,
    pub scale: Scale,
    /// When the first day begins.
    pub origin: Timestamp,
    pub taken: &'a [Taken],
}

impl Contestant {
    pub async fn start(kind: Kind, ground: &Ground<'_>) -> (Self, Town) {
        let place = (ground.scale, ground.origin);
        let peer = async |rule, choice| {
            let connections = ground.connections;
            let (peer, tickets) =
                Peer::start(ground.cluster, (rule, choice), connections, place, ground.taken).await;
            (Self::Peer(Box::new(peer)), tickets)
        };
        let ours = async |database, way, spaces| {
            let (ours, tickets) =
                Ours::start(ground.cluster, (database, way, spaces), 1, place, ground.taken).await;
            (Self::Ours(Box::new(ours)), tickets)
        };
        let (contestant, tickets) = match kind {
            Kind::ExcludePicked => peer(Rule::Exclude, Choice::Picked).await,
            Kind::ExcludeSearched => peer(Rule::Exclude, Choice::Searched).await,
            Kind::SerializablePicked => peer(Rule::Serializable, Choice::Picked).await,
            Kind::SerializableSearched => peer(Rule::Serializable, Choice::Searched).await,
            Kind::Sqlite => ours(Database::Sqlite, Way::Call, Spaces::Any).await,
            Kind::Postgres => ours(Database::Postgres, Way::Call, Spaces::Any).await,
            Kind::ThisSqlite => ours(Database::Sqlite, Way::Call, Spaces::This).await,
            Kind::ThisPostgres => ours(Database::Postgres, Way::Call, Spaces::This).await,
            Kind::HttpSqlite => ours(Database::Sqlite, Way::Http, Spaces::Any).await,
            Kind::HttpPostgres => ours(Database::Postgres, Way::Http, Spaces::Any).await,
        };
        let garages = ground.taken.iter().map(|taken| taken.garage);
        (contestant, Town::new(ground.scale, garages.zip(tickets)))
    }

    pub async fn ask(&self, garage: usize, interval: Interval, rng: &mut StdRng) -> Answer {
        match self {
            Self::Peer(peer) => peer.ask(garage, interval, rng).await,
            Self::Ours(ours) => ours.ask(garage, interval).await,
        }
    }

    pub async fn cancel(&self, garage: usize, ticket: Ticket, rng: &mut StdRng) -> Answer {
        match self {
            Self::Peer(peer) => peer.cancel(garage, ticket, rng).await,
            Self::Ours(ours) => ours.cancel(garage, ticket).await,
        }
    }

    /// Counts oversales by independent SQL.
    pub async fn judge(&self) -> Verdict {
        match self {
            Self::Peer(peer) => peer.judge().await,
            Self::Ours(ours) => ours.judge().await,
        }
    }

    /// Attempts that had to be repeated, so far.
    pub fn conflicts(&self) -> u64 {
        match self {
            Self::Peer(peer) => peer.conflicts(),
            Self::Ours(_) => 0,
        }
    }

    /// The process that does the work, if it is none of PostgreSQL and not this one.
    pub fn process(&self) -> Option<u32> {
        match self {
            Self::Peer(_) => None,
            Self::Ours(ours) => ours.process(),
        }
    }
}
