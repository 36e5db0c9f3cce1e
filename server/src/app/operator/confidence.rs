//! Confidence in each count, for the operator's first screen.

use std::collections::HashMap;

use domain::confidence::{ConfidenceLevel, CountDoubt, CountFacts, judge};
use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::operator::CountConfidence;

use store::garage::StoredGarage;
use store::{StoreError, Tx, gateway, inventory};

/// Confidence by garage. It runs several statements per garage; an operator runs a handful of garages.
pub(super) async fn of(
    tx: &mut Tx,
    garages: &[StoredGarage],
    gateways: &[gateway::GatewayHealth],
    now: Timestamp,
) -> Result<HashMap<GarageId, CountConfidence>, StoreError> {
    let ids: Vec<GarageId> = garages.iter().map(|garage| garage.id.clone()).collect();
    let told = gateway::progress(tx, &ids).await?;
    let mut trusts = HashMap::new();
    for garage in garages {
        let checked_at = inventory::checked_at(tx, &garage.id).await?;
        let signs = inventory::signs(tx, &garage.id, checked_at.unwrap_or(Timestamp::from_micros(0))).await?;
        let health = gateways.iter().find(|gateway| gateway.garage == garage.id);
        let heard_at = health.and_then(|gateway| gateway.last_seen_at);
        let facts = CountFacts {
            capacity: garage.capacity,
            occupied: garage.occupied,
            checked_at,
            last_contact_at: heard_at,
            backlog: health.map_or(0, |gateway| gateway.backlog),
            passages: signs.passages,
            unread: signs.unread,
            missed_exits: signs.missed_exits,
            not_understood: signs.not_understood,
            dead_letters: signs.dead_letters,
            open_visits: signs.open_visits,
        };
        let (level, doubts) = judge(&facts, now);
        let known_until = match told.get(&garage.id).and_then(|told| told.behind) {
            Some(newest) => newest,
            None => heard_at,
        };
        trusts.insert(garage.id.clone(), CountConfidence { level, doubts, checked_at, known_until });
    }
    Ok(trusts)
}

/// Confidence of a garage without data.
pub(super) fn nothing_known() -> CountConfidence {
    CountConfidence {
        level: ConfidenceLevel::Low,
        doubts: vec![CountDoubt::NoData],
        checked_at: None,
        known_until: None,
    }
}
