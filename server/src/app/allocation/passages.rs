//! What has happened at the gates, told to the books in order of time; then what is due by the clock.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use domain::allocation::Arrived;
use domain::ids::GarageId;
use domain::time::Timestamp;
use uuid::Uuid;

use super::key::plate_key;
use super::work::{Books, Working};
use crate::store::gateway::{self, Told};
use crate::store::reservation::{Details, MadeBy};
use crate::store::visit::to_book::{self, BITE, Passed, Stay};
use crate::store::{StoreError, Tx, strike};

/// An event is on its way from the gate to the database for so long at most, when nothing holds it up.
const UNDER_WAY: Duration = Duration::from_secs(5);

/// What was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Heard {
    pub visits: usize,
    /// There are more: the clock was not looked at.
    pub more: bool,
}

/// Tells the books of `due` what their gates have seen, and what time it is.
pub(super) async fn settle(
    tx: &mut Tx,
    books: &mut Books,
    due: &BTreeSet<GarageId>,
    now: Timestamp,
) -> Result<Heard, StoreError> {
    let garages: Vec<GarageId> = due.iter().filter(|garage| books.contains_key(*garage)).cloned().collect();
    let passed = to_book::take(tx, &garages).await?;
    let heard = Heard { visits: passed.len(), more: passed.len() >= BITE };
    for (garage, passed) in by_garage(passed) {
        if let Some(work) = books.get_mut(&garage) {
            strike::void(tx, &apply(work, &passed, now), now).await?;
        }
    }
    if !heard.more {
        let told = gateway::told(tx, &garages).await?;
        for garage in &garages {
            if let Some(work) = books.get_mut(garage) {
                work.kept.book.sweep(now, known_until(told.get(garage), now));
            }
        }
    }
    Ok(heard)
}

fn by_garage(passed: Vec<Passed>) -> HashMap<GarageId, Vec<Passed>> {
    let mut garages: HashMap<GarageId, Vec<Passed>> = HashMap::new();
    for visit in passed {
        garages.entry(visit.garage.clone()).or_default().push(visit);
    }
    garages
}

enum Move<'a> {
    In(&'a Passed),
    Out(Uuid, Timestamp),
    Missed(Uuid),
}

/// Gives the stays whose car has left unseen: nobody knows whether it stayed too long.
fn apply(work: &mut Working, passed: &[Passed], now: Timestamp) -> Vec<Uuid> {
    let mut unseen = Vec::new();
    for passage in in_order(passed, now) {
        match passage {
            Move::In(visit) => enter(work, visit, now),
            Move::Out(visit, at) => {
                work.kept.book.leave(visit, at);
            }
            Move::Missed(visit) => {
                unseen.extend(work.kept.book.leave(visit, now).map(|entry| entry.id));
            }
        }
    }
    unseen
}

/// A car whose exit nobody saw has gone before it came again, whenever that was. A gate's clock that runs ahead is not
/// believed.
fn in_order(passed: &[Passed], now: Timestamp) -> Vec<Move<'_>> {
    let mut moves = Vec::with_capacity(passed.len() * 2);
    for visit in passed {
        moves.push((visit.entered_at, Move::In(visit)));
        match visit.stay {
            Stay::Inside => {}
            Stay::Left(at) => moves.push((at.max(visit.entered_at), Move::Out(visit.visit, at.min(now)))),
            Stay::Missed => moves.push((visit.entered_at, Move::Missed(visit.visit))),
        }
    }
    // Stable: a car goes after it has come, even within one microsecond.
    moves.sort_by_key(|(at, _)| *at);
    moves.into_iter().map(|(_, passage)| passage).collect()
}

fn enter(work: &mut Working, visit: &Passed, now: Timestamp) {
    let car = Arrived {
        id: Uuid::now_v7(),
        visit: visit.visit,
        plate: visit.plate.as_ref().map(plate_key),
        audience: visit.audience,
        at: visit.entered_at.min(now),
    };
    let entry = work.kept.book.enter(&car, now);
    if entry.id == car.id {
        let details = Details {
            made_by: MadeBy::Gate,
            client_key: None,
            series: None,
            plate_enc: visit.plate.as_ref().map(|plate| plate.enc.clone()),
            state_since: now,
            changed_at: Timestamp::from_micros(0),
        };
        work.add(entry.id, details);
    }
}

/// Up to when everything that has happened at the gate is stored. Without a gateway nothing is ever seen: the clock alone
/// counts.
fn known_until(told: Option<&Told>, now: Timestamp) -> Timestamp {
    match told {
        None | Some(Told { last_seen_at: None, .. }) => now,
        Some(Told { behind: Some(newest), .. }) => newest.map_or(Timestamp::from_micros(0), |at| at.min(now)),
        Some(Told { last_seen_at: Some(at), behind: None }) => (*at - UNDER_WAY).min(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

    #[test]
    fn nothing_is_known_of_a_gate_that_is_silent() {
        let told =
            |seconds_ago, behind| Told { last_seen_at: Some(NOW - Duration::from_secs(seconds_ago)), behind };
        assert_eq!(known_until(None, NOW), NOW);
        assert_eq!(known_until(Some(&told(0, None)), NOW), NOW - UNDER_WAY);
        assert_eq!(known_until(Some(&told(600, None)), NOW), NOW - Duration::from_secs(605));
        let newest = NOW - Duration::from_secs(500);
        assert_eq!(known_until(Some(&told(0, Some(Some(newest)))), NOW), newest);
        assert_eq!(known_until(Some(&told(0, Some(None))), NOW), Timestamp::from_micros(0));
    }
}
