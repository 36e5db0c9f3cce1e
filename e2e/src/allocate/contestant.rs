//! Who does the work that is measured.

use domain::time::Timestamp;
use rand::rngs::StdRng;
use serde::Serialize;
use testkit::postgres::Cluster;

use super::demand::{Interval, Scale, Taken, Ticket, Town};
use super::judge::Verdict;
use super::peer::{Choice, Peer, Rule};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// PostgreSQL alone, exclusion constraint, the client picks from its memory
    ExcludePicked,
    /// PostgreSQL alone, exclusion constraint, SQL searches
    ExcludeSearched,
    /// PostgreSQL alone, serializable transactions, the client picks from its memory
    SerializablePicked,
    /// PostgreSQL alone, serializable transactions, SQL searches
    SerializableSearched,
}

impl Kind {
    /// A yardstick, not ours.
    pub const fn is_peer(self) -> bool {
        match self {
            Self::ExcludePicked
            | Self::ExcludeSearched
            | Self::SerializablePicked
            | Self::SerializableSearched => true,
        }
    }
}

/// Ready to be asked.
pub enum Contestant {
    Peer(Box<Peer>),
}

/// What a caller was told.
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

/// Where contestants are made.
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
        let peer = match kind {
            Kind::ExcludePicked => (Rule::Exclude, Choice::Picked),
            Kind::ExcludeSearched => (Rule::Exclude, Choice::Searched),
            Kind::SerializablePicked => (Rule::Serializable, Choice::Picked),
            Kind::SerializableSearched => (Rule::Serializable, Choice::Searched),
        };
        let place = (ground.scale, ground.origin);
        let (peer, tickets) =
            Peer::start(ground.cluster, peer, ground.connections, place, ground.taken).await;
        let garages = ground.taken.iter().map(|taken| taken.garage);
        (Self::Peer(Box::new(peer)), Town::new(ground.scale, garages.zip(tickets)))
    }

    pub async fn ask(&self, garage: usize, interval: Interval, rng: &mut StdRng) -> Answer {
        match self {
            Self::Peer(peer) => peer.ask(garage, interval, rng).await,
        }
    }

    pub async fn cancel(&self, garage: usize, ticket: Ticket, rng: &mut StdRng) -> Answer {
        match self {
            Self::Peer(peer) => peer.cancel(garage, ticket, rng).await,
        }
    }

    /// An independent question to the database.
    pub async fn judge(&self) -> Verdict {
        match self {
            Self::Peer(peer) => peer.judge().await,
        }
    }

    /// Attempts that had to be repeated, so far.
    pub fn conflicts(&self) -> u64 {
        match self {
            Self::Peer(peer) => peer.conflicts(),
        }
    }
}
