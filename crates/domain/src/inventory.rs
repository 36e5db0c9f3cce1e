//! Compares an operator's walk through the garage with the visits. Cars pass during the walk, so it has a start and an end:
//!
//! | visit | car seen | not seen |
//! |---|---|---|
//! | inside since before the walk | stays | a ghost |
//! | began during or after the walk | stays | stays: the car entered unnoticed by the operator |
//! | ended since the walk began | has left since | has left |
//! | none | is created, or gives its plate to a visit without one | - |

use std::collections::{BTreeMap, BTreeSet};

use crate::time::Timestamp;

/// Start and end of a walk; the end is not before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InventoryWalk {
    begun: Timestamp,
    ended: Timestamp,
}

impl InventoryWalk {
    /// `None` if the walk ends before it begins.
    pub fn new(begun: Timestamp, ended: Timestamp) -> Option<Self> {
        (begun <= ended).then_some(Self { begun, ended })
    }

    pub fn begun(self) -> Timestamp {
        self.begun
    }

    pub fn ended(self) -> Timestamp {
        self.ended
    }
}

/// An open visit. `Car` is any value that identifies a car, such as a plate.
#[derive(Debug, Clone)]
pub struct InsideVisit<Visit, Car> {
    pub visit: Visit,
    /// Absent if the plate was not read.
    pub car: Option<Car>,
    pub entered_at: Timestamp,
}

/// Cars that the operator saw, and cars that have left since the walk began.
#[derive(Debug, Clone, Default)]
pub struct SeenCars<Car> {
    pub cars: BTreeSet<Car>,
    /// Number of seen cars without a readable plate.
    pub unread: u32,
    pub left: BTreeSet<Car>,
    /// Number of cars that have left unread.
    pub left_unread: u32,
}

/// Changes of visits and count after a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryOutcome<Visit, Car> {
    pub matched: u32,
    pub ghosts: Vec<Visit>,
    /// Visits of unread cars, each with the car now assigned to it.
    pub named: Vec<(Visit, Car)>,
    pub opened: Vec<Car>,
    pub left: Vec<Car>,
    /// Number of cars inside now.
    pub occupied: i64,
}

/// Compares the seen cars with the open visits, which the caller sorts by entry, oldest first.
pub fn reconcile<Visit: Clone, Car: Ord + Clone>(
    walk: InventoryWalk,
    inside: &[InsideVisit<Visit, Car>],
    seen: &SeenCars<Car>,
) -> InventoryOutcome<Visit, Car> {
    let known: BTreeMap<&Car, &InsideVisit<Visit, Car>> =
        inside.iter().filter_map(|visit| Some((visit.car.as_ref()?, visit))).collect();
    let mut outcome = InventoryOutcome {
        matched: 0,
        ghosts: Vec::new(),
        named: Vec::new(),
        opened: Vec::new(),
        left: Vec::new(),
        occupied: 0,
    };
    let mut unread: Vec<&InsideVisit<Visit, Car>> =
        inside.iter().filter(|visit| visit.car.is_none()).collect();
    // The operator may have seen some of the unread cars that entered during the walk.
    let mut nameless =
        unread.extract_if(.., |visit| visit.entered_at < walk.ended).collect::<Vec<_>>().into_iter();
    for car in &seen.cars {
        if known.contains_key(car) {
            outcome.matched += 1;
        } else if seen.left.contains(car) {
            outcome.left.push(car.clone());
        } else if nameless.len() > seen.unread as usize
            && let Some(visit) = nameless.next()
        {
            outcome.named.push((visit.visit.clone(), car.clone()));
        } else {
            outcome.opened.push(car.clone());
        }
    }
    let (old, during): (Vec<_>, Vec<_>) = nameless.partition(|visit| visit.entered_at < walk.begun);
    let gone = old.len().saturating_sub(seen.unread as usize);
    outcome.ghosts.extend(old.iter().take(gone).map(|visit| visit.visit.clone()));
    let unseen =
        |visit: &&InsideVisit<Visit, Car>| visit.car.as_ref().is_some_and(|car| !seen.cars.contains(car));
    let (ghosts, came): (Vec<_>, Vec<_>) =
        inside.iter().filter(unseen).partition(|visit| visit.entered_at < walk.begun);
    outcome.ghosts.extend(ghosts.into_iter().map(|visit| visit.visit.clone()));
    let spare = (seen.unread as usize).saturating_sub(old.len());
    let behind = unread.len() + during.len().saturating_sub(spare) + came.len();
    let named = seen.cars.len() - outcome.left.len();
    let count = (named + behind + seen.unread as usize).saturating_sub(seen.left_unread as usize);
    outcome.occupied = i64::try_from(count).unwrap_or(i64::MAX);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(minute * 60_000_000)
    }

    fn inside(visit: u8, car: Option<&'static str>, minute: i64) -> InsideVisit<u8, &'static str> {
        InsideVisit { visit, car, entered_at: at(minute) }
    }

    fn seen(cars: &[&'static str], unread: u32) -> SeenCars<&'static str> {
        SeenCars { cars: cars.iter().copied().collect(), unread, ..SeenCars::default() }
    }

    fn walk() -> InventoryWalk {
        InventoryWalk::new(at(10), at(20)).unwrap()
    }

    #[test]
    fn a_car_that_is_not_there_is_a_ghost_and_one_that_nobody_knew_is_inside() {
        let visits = [inside(1, Some("A"), 1), inside(2, Some("B"), 2)];
        let outcome = reconcile(walk(), &visits, &seen(&["A", "C"], 0));
        assert_eq!((outcome.matched, outcome.ghosts, outcome.opened), (1, vec![2], vec!["C"]));
        assert_eq!(outcome.occupied, 2);
    }

    #[test]
    fn cars_that_pass_during_the_walk_are_neither_ghosts_nor_missing() {
        let visits = [inside(1, Some("A"), 12), inside(2, None, 25)];
        let left = SeenCars { left: ["B"].into(), ..seen(&["B"], 0) };
        let outcome = reconcile(walk(), &visits, &left);
        assert_eq!((outcome.ghosts, outcome.opened, outcome.left), (vec![], vec![], vec!["B"]));
        assert_eq!(outcome.occupied, 2);
    }

    #[test]
    fn a_car_that_could_not_be_read_gets_its_name() {
        let outcome = reconcile(walk(), &[inside(1, None, 1)], &seen(&["A"], 0));
        assert_eq!((outcome.named, outcome.opened, outcome.occupied), (vec![(1, "A")], vec![], 1));
    }

    #[test]
    fn unread_cars_that_are_seen_stay_and_those_too_many_are_ghosts() {
        let visits = [inside(1, None, 1), inside(2, None, 2), inside(3, None, 15)];
        let outcome = reconcile(walk(), &visits, &seen(&[], 1));
        assert_eq!((outcome.ghosts, outcome.occupied), (vec![1], 2));
        let outcome = reconcile(walk(), &visits, &seen(&[], 3));
        assert_eq!((outcome.ghosts, outcome.occupied), (vec![], 3));
    }

    #[test]
    fn unread_exits_since_the_walk_count() {
        let left = SeenCars { left_unread: 1, ..seen(&["A"], 0) };
        assert_eq!(reconcile(walk(), &[inside(1, Some("A"), 1)], &left).occupied, 0);
    }
}
