//! Trust in counts: `domain::confidence` decides, as for operators.
//!
//! The count and the gateway's last contact are judged at each renewal. Doubts that need queries over events and visits
//! are read again every [`READ_EVERY`].

use std::collections::HashMap;
use std::time::Duration;

use domain::confidence::{ConfidenceLevel, CountFacts, judge};
use domain::ids::GarageId;
use domain::time::Timestamp;

use store::count_doubt::{CountDoubts, doubts};
use store::garage::StoredGarage;
use store::gateway::GatewayHealth;
use store::{StoreError, Tx};

const READ_EVERY: Duration = Duration::from_secs(10);

/// Most garages with outdated doubts in one renewal: a large district is read in parts.
const AT_ONCE: usize = 100;

/// Doubts and the time at which they were read.
#[derive(Debug, Clone, Default)]
pub(super) struct TrustCache(HashMap<GarageId, (Timestamp, CountDoubts)>);

impl TrustCache {
    /// The garages whose doubts are due to be read.
    pub(super) fn due(&self, garages: &[StoredGarage], now: Timestamp) -> Vec<GarageId> {
        let unknown = |garage: &&StoredGarage| !self.0.contains_key(&garage.id);
        let mut due: Vec<GarageId> = garages.iter().filter(unknown).map(|garage| garage.id.clone()).collect();
        let read_at = |garage: &StoredGarage| self.0.get(&garage.id).map(|(at, _)| *at);
        let mut old: Vec<(Timestamp, GarageId)> = garages
            .iter()
            .filter_map(|garage| Some((read_at(garage)?, garage.id.clone())))
            .filter(|(at, _)| now.since(*at) >= READ_EVERY || *at > now)
            .collect();
        old.sort();
        due.extend(old.into_iter().take(AT_ONCE).map(|(_, id)| id));
        due
    }

    pub(super) async fn read(
        tx: &mut Tx,
        due: &[GarageId],
    ) -> Result<HashMap<GarageId, CountDoubts>, StoreError> {
        doubts(tx, due).await
    }

    pub(super) fn put(&mut self, read: HashMap<GarageId, CountDoubts>, now: Timestamp) {
        self.0.extend(read.into_iter().map(|(garage, doubts)| (garage, (now, doubts))));
    }

    /// Whether the count can be published.
    pub(super) fn is_believed(
        &self,
        garage: &StoredGarage,
        health: Option<&GatewayHealth>,
        now: Timestamp,
    ) -> bool {
        let Some((_, doubts)) = self.0.get(&garage.id) else { return false };
        let facts = CountFacts {
            capacity: garage.capacity,
            occupied: garage.occupied,
            checked_at: doubts.checked_at,
            last_contact_at: health.and_then(|health| health.last_seen_at),
            backlog: health.map_or(0, |health| health.backlog),
            passages: doubts.signs.passages,
            unread: doubts.signs.unread,
            missed_exits: doubts.signs.missed_exits,
            not_understood: doubts.signs.not_understood,
            dead_letters: doubts.signs.dead_letters,
            open_visits: doubts.signs.open_visits,
        };
        judge(&facts, now).0 != ConfidenceLevel::Low
    }
}
