//! Applies gate passages to the books in order of time, then what is due by the clock.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use domain::allocation::EnteredCar;
use domain::ids::{GarageId, ReservationId, VisitId};
use domain::time::Timestamp;
use uuid::Uuid;

use super::key::plate_key;
use super::working_book::{LockedBooks, WorkingBook};
use store::gateway::{self, GatewayProgress};
use store::reservation::{ReservationCreator, ReservationDetails};
use store::visit::to_book::{self, BATCH_ROWS, UnsettledVisit, VisitStay};
use store::{StoreError, Tx, strike};

/// Longest time from the gate to the database when nothing delays an event.
const UNDER_WAY: Duration = Duration::from_secs(5);

/// Result of [`settle`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SettledPassages {
    pub visits: usize,
    /// More passages are waiting, so the clock was not applied.
    pub more: bool,
}

/// Applies the passages at the gates of `due` to their books, then advances the books to `now`.
pub(super) async fn settle(
    tx: &mut Tx,
    books: &mut LockedBooks,
    due: &BTreeSet<GarageId>,
    now: Timestamp,
) -> Result<SettledPassages, StoreError> {
    let garages: Vec<GarageId> = due.iter().filter(|garage| books.contains_key(*garage)).cloned().collect();
    let passed = to_book::take(tx, &garages).await?;
    let heard = SettledPassages { visits: passed.len(), more: passed.len() >= BATCH_ROWS };
    for (garage, passed) in by_garage(passed) {
        if let Some(work) = books.get_mut(&garage) {
            strike::void(tx, &apply(work, &passed, now), now).await?;
        }
    }
    if !heard.more {
        let told = gateway::progress(tx, &garages).await?;
        for garage in &garages {
            if let Some(work) = books.get_mut(garage) {
                work.cached.book.sweep(now, known_until(told.get(garage), now));
            }
        }
    }
    Ok(heard)
}

fn by_garage(passed: Vec<UnsettledVisit>) -> HashMap<GarageId, Vec<UnsettledVisit>> {
    let mut garages: HashMap<GarageId, Vec<UnsettledVisit>> = HashMap::new();
    for visit in passed {
        garages.entry(visit.garage.clone()).or_default().push(visit);
    }
    garages
}

enum BookPassage<'a> {
    In(&'a UnsettledVisit),
    Out(VisitId, Timestamp),
    Missed(VisitId),
}

/// Returns the stays whose exit was missed: their overstay, if any, is unknown.
fn apply(work: &mut WorkingBook, passed: &[UnsettledVisit], now: Timestamp) -> Vec<ReservationId> {
    let mut unseen = Vec::new();
    for passage in in_order(passed, now) {
        match passage {
            BookPassage::In(visit) => enter(work, visit, now),
            BookPassage::Out(visit, at) => {
                work.cached.book.leave(visit, at);
            }
            BookPassage::Missed(visit) => {
                unseen.extend(work.cached.book.leave(visit, now).map(|entry| entry.id));
            }
        }
    }
    unseen
}

/// Orders the passages by time. A car with a missed exit left before it came in again, at an unknown time. A time in
/// the future, from a fast clock of a gate, is cut to `now`.
fn in_order(passed: &[UnsettledVisit], now: Timestamp) -> Vec<BookPassage<'_>> {
    let mut moves = Vec::with_capacity(passed.len() * 2);
    for visit in passed {
        moves.push((visit.entered_at, BookPassage::In(visit)));
        match visit.stay {
            VisitStay::Inside => {}
            VisitStay::Left(at) => {
                moves.push((at.max(visit.entered_at), BookPassage::Out(visit.visit, at.min(now))))
            }
            VisitStay::Missed => moves.push((visit.entered_at, BookPassage::Missed(visit.visit))),
        }
    }
    // The sort is stable: a car leaves after it has entered, even within one microsecond.
    moves.sort_by_key(|(at, _)| *at);
    moves.into_iter().map(|(_, passage)| passage).collect()
}

fn enter(work: &mut WorkingBook, visit: &UnsettledVisit, now: Timestamp) {
    let car = EnteredCar {
        id: ReservationId::from(Uuid::now_v7()),
        visit: visit.visit,
        plate: visit.plate.as_ref().map(plate_key),
        audience: visit.audience,
        at: visit.entered_at.min(now),
    };
    let entry = work.cached.book.enter(&car, now);
    if entry.id == car.id {
        let details = ReservationDetails {
            made_by: ReservationCreator::Gate,
            client_key: None,
            series: None,
            plate_enc: visit.plate.as_ref().map(|plate| plate.enc.clone()),
            state_since: now,
            changed_at: Timestamp::from_micros(0),
        };
        work.add(entry.id, details);
    }
}

/// Time up to which all passages of a garage are stored. A garage without a gateway has no passages, so its time is
/// `now`.
fn known_until(told: Option<&GatewayProgress>, now: Timestamp) -> Timestamp {
    match told {
        None | Some(GatewayProgress { last_seen_at: None, .. }) => now,
        Some(GatewayProgress { behind: Some(newest), .. }) => {
            newest.map_or(Timestamp::from_micros(0), |at| at.min(now))
        }
        Some(GatewayProgress { last_seen_at: Some(at), behind: None }) => (*at - UNDER_WAY).min(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

    #[test]
    fn nothing_is_known_of_a_gate_that_is_silent() {
        let told = |seconds_ago, behind| GatewayProgress {
            last_seen_at: Some(NOW - Duration::from_secs(seconds_ago)),
            behind,
        };
        assert_eq!(known_until(None, NOW), NOW);
        assert_eq!(known_until(Some(&told(0, None)), NOW), NOW - UNDER_WAY);
        assert_eq!(known_until(Some(&told(600, None)), NOW), NOW - Duration::from_secs(605));
        let newest = NOW - Duration::from_secs(500);
        assert_eq!(known_until(Some(&told(0, Some(Some(newest)))), NOW), newest);
        assert_eq!(known_until(Some(&told(0, Some(None))), NOW), Timestamp::from_micros(0));
    }
}
