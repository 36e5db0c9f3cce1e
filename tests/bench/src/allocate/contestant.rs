//! The systems under measurement.

use domain::time::Timestamp;
use rand::rngs::StdRng;
use serde::Serialize;
use testkit::postgres::PostgresCluster;

use super::demand::{
    BenchReservation, CallerLedger, ContestantAnswer, DemandScale, FilledInterval, MinuteInterval,
};
use super::judge::OversaleVerdict;
use super::ours::{AllocatorDatabase, AllocatorSpaceChoice, AllocatorTransport, OurAllocator};
use super::peer::{PeerAllocator, PeerRule, PeerSpaceChoice};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ContestantKind {
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

impl ContestantKind {
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
pub enum AllocationContestant {
    Peer(Box<PeerAllocator>),
    Ours(Box<OurAllocator>),
}

/// Everything that a contestant is built from.
pub struct ContestantSetup<'a> {
    pub cluster: &'a PostgresCluster,
    pub connections: u32,
    pub scale: DemandScale,
    /// When the first day begins.
    pub origin: Timestamp,
    pub taken: &'a [FilledInterval],
}

impl AllocationContestant {
    pub async fn start(kind: ContestantKind, ground: &ContestantSetup<'_>) -> (Self, CallerLedger) {
        let place = (ground.scale, ground.origin);
        let peer = async |rule, choice| {
            let connections = ground.connections;
            let (peer, tickets) =
                PeerAllocator::start(ground.cluster, (rule, choice), connections, place, ground.taken).await;
            (Self::Peer(Box::new(peer)), tickets)
        };
        let ours = async |database, way, spaces| {
            let (ours, tickets) =
                OurAllocator::start(ground.cluster, (database, way, spaces), 1, place, ground.taken).await;
            (Self::Ours(Box::new(ours)), tickets)
        };
        let (contestant, tickets) = match kind {
            ContestantKind::ExcludePicked => peer(PeerRule::Exclude, PeerSpaceChoice::Picked).await,
            ContestantKind::ExcludeSearched => peer(PeerRule::Exclude, PeerSpaceChoice::Searched).await,
            ContestantKind::SerializablePicked => peer(PeerRule::Serializable, PeerSpaceChoice::Picked).await,
            ContestantKind::SerializableSearched => {
                peer(PeerRule::Serializable, PeerSpaceChoice::Searched).await
            }
            ContestantKind::Sqlite => {
                ours(AllocatorDatabase::Sqlite, AllocatorTransport::Call, AllocatorSpaceChoice::Any).await
            }
            ContestantKind::Postgres => {
                ours(AllocatorDatabase::Postgres, AllocatorTransport::Call, AllocatorSpaceChoice::Any).await
            }
            ContestantKind::ThisSqlite => {
                ours(AllocatorDatabase::Sqlite, AllocatorTransport::Call, AllocatorSpaceChoice::This).await
            }
            ContestantKind::ThisPostgres => {
                ours(AllocatorDatabase::Postgres, AllocatorTransport::Call, AllocatorSpaceChoice::This).await
            }
            ContestantKind::HttpSqlite => {
                ours(AllocatorDatabase::Sqlite, AllocatorTransport::Http, AllocatorSpaceChoice::Any).await
            }
            ContestantKind::HttpPostgres => {
                ours(AllocatorDatabase::Postgres, AllocatorTransport::Http, AllocatorSpaceChoice::Any).await
            }
        };
        let garages = ground.taken.iter().map(|taken| taken.garage);
        (contestant, CallerLedger::new(ground.scale, garages.zip(tickets)))
    }

    pub async fn ask(&self, garage: usize, interval: MinuteInterval, rng: &mut StdRng) -> ContestantAnswer {
        match self {
            Self::Peer(peer) => peer.ask(garage, interval, rng).await,
            Self::Ours(ours) => ours.ask(garage, interval).await,
        }
    }

    pub async fn cancel(
        &self,
        garage: usize,
        ticket: BenchReservation,
        rng: &mut StdRng,
    ) -> ContestantAnswer {
        match self {
            Self::Peer(peer) => peer.cancel(garage, ticket, rng).await,
            Self::Ours(ours) => ours.cancel(garage, ticket).await,
        }
    }

    /// Counts oversales by independent SQL.
    pub async fn judge(&self) -> OversaleVerdict {
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
