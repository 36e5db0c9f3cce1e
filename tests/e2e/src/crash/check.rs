//! The conditions that hold after a run, in the words of `ARCHITECTURE.md`'s invariants.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use simulator::controller::AckOutcome;

use super::cars::{ControllerEventFate, TrafficResult};
use super::kills::KillCounts;
use super::phones::PhoneObservations;
use super::{CrashPlan, CrashReport};
use crate::records::{self, StoredArrival, StoredEvent, StoredVisit};
use crate::system::{SystemForm, TestSystem};

/// Identity of an event: garage, device, event id.
type GateEventKey = (String, String, String);

/// Examples shown of a violation; a hundred add nothing.
const SHOWN: usize = 3;

struct FoundRecords {
    events: Vec<StoredEvent>,
    arrivals: Vec<StoredArrival>,
    visits: Vec<StoredVisit>,
    occupied: Vec<(String, Option<i64>)>,
    feed: Vec<i64>,
    feed_head: i64,
}

impl FoundRecords {
    /// Whether this instant is of a local day before the last event's: a car of yesterday makes no arrival, and boards show
    /// today's.
    fn is_of_yesterday(&self, micros: i64) -> bool {
        let last = self.events.iter().map(|event| event.stored_at).max().unwrap_or_default();
        Timestamp::from_micros(micros).local_date() < Timestamp::from_micros(last).local_date()
    }

    async fn read(system: &TestSystem) -> Self {
        let store = &system.app().store;
        Self {
            events: records::events(store).await,
            arrivals: records::arrivals(store).await,
            visits: records::visits(store).await,
            occupied: records::occupied(store).await,
            feed: records::feed(store).await,
            feed_head: records::feed_head(store).await,
        }
    }
}

#[derive(Default)]
struct CheckViolations(Vec<String>);

impl CheckViolations {
    /// Reports `wrong` as a violation unless it is empty.
    fn none<T: std::fmt::Debug>(&mut self, what: &str, wrong: Vec<T>) -> usize {
        if !wrong.is_empty() {
            let shown: Vec<&T> = wrong.iter().take(SHOWN).collect();
            self.0.push(format!("{} {what}, such as {shown:?}", wrong.len()));
        }
        wrong.len()
    }
}

pub(super) async fn run(
    system: &TestSystem,
    plan: CrashPlan,
    kills: KillCounts,
    driven: &TrafficResult,
    seen: &[PhoneObservations],
) -> CrashReport {
    judge(plan, kills, driven, &FoundRecords::read(system).await, seen)
}

fn judge(
    plan: CrashPlan,
    kills: KillCounts,
    driven: &TrafficResult,
    found: &FoundRecords,
    seen: &[PhoneObservations],
) -> CrashReport {
    let told = &driven.told;
    let mut violations = CheckViolations::default();
    let (lost, doubled) = events(told, &found.events, &mut violations);
    let unacknowledged = unacknowledged(driven, &mut violations);
    let stale = stale(driven, &mut violations);
    counts(told, found, &mut violations);
    visits(told, found, &mut violations);
    arrivals(told, found, &mut violations);
    feed(found, &mut violations);
    phones(found, seen, &mut violations);
    let of = |direction| told.iter().filter(|told| told.direction == direction).count();
    CrashReport {
        form: match plan.form {
            SystemForm::Standalone => "standalone",
            SystemForm::Separate => "separate",
        },
        seed: plan.seed,
        rounds: 1,
        kills,
        events: told.len(),
        entries: of(LaneDirection::In),
        exits: of(LaneDirection::Out),
        opened: told.iter().filter(|told| told.opened).count(),
        resent: driven.counters.resent,
        repeated_commands: driven.counters.duplicate_commands,
        lost,
        unacknowledged,
        doubled,
        stale,
        arrivals: found.arrivals.len(),
        frames: seen.iter().map(|seen| seen.frames).sum(),
        phones: seen.len(),
        phone_connections: seen.iter().map(|seen| seen.connections).sum(),
        violations: violations.0,
    }
}

fn key(told: &ControllerEventFate) -> GateEventKey {
    (told.garage.to_string(), told.device.clone(), told.event_id.to_string())
}

/// Acknowledged events are there exactly once, and the database has no event that was never sent (invariant 2).
fn events(
    told: &[ControllerEventFate],
    stored: &[StoredEvent],
    violations: &mut CheckViolations,
) -> (usize, usize) {
    let mut times: HashMap<GateEventKey, usize> = HashMap::new();
    for event in stored {
        let key = (event.garage_id.clone(), event.device.clone(), event.event_id.clone());
        *times.entry(key).or_default() += 1;
    }
    let sent: HashSet<GateEventKey> = told.iter().map(key).collect();
    let stored = told.iter().filter(|told| told.is_stored());
    let lost = stored.map(key).filter(|key| !times.contains_key(key)).collect();
    let doubled = times.iter().filter(|(_, times)| **times > 1).map(|(key, _)| key.clone()).collect();
    let invented = times.keys().filter(|key| !sent.contains(*key)).collect();
    violations.none("events in the database were sent by nobody", invented);
    let lost = violations.none("events were acknowledged and are not in the database", lost);
    (lost, violations.none("events are in the database more than once", doubled))
}

/// Every event arrives once everything is up again, and none is refused (invariant 2).
fn unacknowledged(driven: &TrafficResult, violations: &mut CheckViolations) -> usize {
    let refused = driven.told.iter().filter(|told| matches!(told.acked, Some(AckOutcome::Rejected(_))));
    violations.none("events were refused", refused.collect());
    if driven.kept > 0 {
        violations.0.push(format!("{} events are still kept by controllers", driven.kept));
    }
    let waiting = driven.told.iter().filter(|told| told.acked.is_none()).map(key).collect();
    violations.none("events were never acknowledged", waiting)
}

/// An open command has a time to live and is never replayed (invariant 6).
fn stale(driven: &TrafficResult, violations: &mut CheckViolations) -> u64 {
    let opened: Vec<GateEventKey> = driven.told.iter().filter(|told| told.stale).map(key).collect();
    let commanded = driven.counters.expired_commands + driven.counters.unknown_commands;
    if commanded > 0 {
        violations.0.push(format!("{commanded} commands came after their time to live, or for nobody"));
    }
    let opened = violations.none("barriers opened for a car of long ago", opened);
    commanded + u64::try_from(opened).expect("a count")
}

/// The count equals the passages, no more and no less (invariants 4 and 5).
fn counts(told: &[ControllerEventFate], found: &FoundRecords, violations: &mut CheckViolations) {
    let mut inside: BTreeMap<String, i64> = BTreeMap::new();
    for told in told.iter().filter(|told| told.is_stored()) {
        *inside.entry(told.garage.to_string()).or_default() += told.direction.delta();
    }
    let wrong = found
        .occupied
        .iter()
        .filter(|(garage, occupied)| *occupied != Some(inside.get(garage).copied().unwrap_or(0)));
    let wrong = wrong.map(|(garage, occupied)| (garage, occupied, inside.get(garage))).collect();
    violations.none("garages count wrongly (counted, really inside)", wrong);
}

/// Each car that came is one visit, ended by its exit if it left.
fn visits(told: &[ControllerEventFate], found: &FoundRecords, violations: &mut CheckViolations) {
    let number: HashMap<&str, i64> = found.events.iter().map(|e| (e.event_id.as_str(), e.no)).collect();
    let numbers = |direction| {
        let of = told.iter().filter(move |told| told.direction == direction);
        of.filter_map(|told| number.get(told.event_id.as_str()).copied()).collect::<Vec<i64>>()
    };
    let (entries, exits) = (numbers(LaneDirection::In), numbers(LaneDirection::Out));
    let mut by_entry: HashMap<Option<i64>, usize> = HashMap::new();
    for visit in &found.visits {
        *by_entry.entry(visit.entry_event).or_default() += 1;
    }
    let without = entries.iter().filter(|no| by_entry.get(&Some(**no)) != Some(&1)).collect();
    violations.none("entries have not exactly one visit", without);
    let unknown = found.visits.iter().filter(|visit| visit.entry_event.is_none()).collect();
    violations.none("visits have no entry though each car came in before it left", unknown);
    let ended: HashSet<i64> = found.visits.iter().filter_map(|visit| visit.exit_event).collect();
    let open = exits.iter().filter(|no| !ended.contains(no)).collect();
    violations.none("exits ended no visit", open);
    let odd = |visit: &&StoredVisit| {
        let way = visit.ended_by.as_deref();
        !matches!((visit.exit_event, way), (Some(_), Some("exit")) | (None, None))
    };
    violations
        .none("visits ended in another way than by their exit", found.visits.iter().filter(odd).collect());
}

/// An arrival for each child of a car that was let in, in its class, and no other.
///
/// An arrival of a priority record has no entry event: the record made it beside a backlog, before its turn. Such arrivals
/// are counted by class.
fn arrivals(told: &[ControllerEventFate], found: &FoundRecords, violations: &mut CheckViolations) {
    let (mut by_entry, mut early): (HashMap<i64, Vec<&str>>, HashMap<&str, usize>) = Default::default();
    for arrival in &found.arrivals {
        match arrival.entry_event {
            Some(no) => by_entry.entry(no).or_default().push(&arrival.class_id),
            None => *early.entry(&arrival.class_id).or_default() += 1,
        }
    }
    let stored: HashMap<&str, &StoredEvent> = found.events.iter().map(|e| (e.event_id.as_str(), e)).collect();
    let mut wrong = Vec::new();
    for entry in told.iter().filter(|told| told.direction == LaneDirection::In && told.is_stored()) {
        let stored = stored.get(entry.event_id.as_str());
        let mut made = stored.and_then(|stored| by_entry.remove(&stored.no)).unwrap_or_default();
        let mut wanted: Vec<&str> = entry.classes.iter().map(|class| class.as_str()).collect();
        made.sort_unstable();
        wanted.sort_unstable();
        let may_have_none = stored.is_some_and(|stored| found.is_of_yesterday(stored.occurred_at));
        if made != wanted && !(made.is_empty() && (take_all(&mut early, &wanted) || may_have_none)) {
            wrong.push((entry.event_id.to_string(), made, wanted));
        }
    }
    violations.none("entries made other arrivals than one for each child (event, made, wanted)", wrong);
    violations.none("arrivals belong to no entry", by_entry.into_iter().collect());
    // Each car comes once.
    let mut pupils = HashSet::new();
    let again = found.arrivals.iter().filter(|arrival| !pupils.insert(&arrival.pupil_id)).collect();
    violations.none("children arrived more than once", again);
    let surplus = early.into_iter().filter(|(_, count)| *count > 0).collect();
    violations.none("early arrivals belong to no entry (class, arrivals)", surplus);
}

/// Takes one arrival of each of these classes, or none if one is missing.
fn take_all(early: &mut HashMap<&str, usize>, classes: &[&str]) -> bool {
    let mut rest = early.clone();
    for class in classes {
        match rest.get_mut(class).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => return false,
        }
    }
    early.retain(|class, count| {
        *count = rest.get(class).copied().unwrap_or_default();
        true
    });
    true
}

/// Cursors are assigned one by one, and every one is used.
fn feed(found: &FoundRecords, violations: &mut CheckViolations) {
    let steps = found.feed.iter().zip(1..).filter(|(cursor, place)| **cursor != *place).collect();
    violations.none("cursors of the feed are not the next one (cursor, place)", steps);
    if found.feed.last().copied().unwrap_or(0) != found.feed_head {
        let last = found.feed.last();
        violations.0.push(format!("the feed ends at {last:?} and its head is {}", found.feed_head));
    }
}

/// A phone that resumes by cursor misses nothing and sees nothing twice.
fn phones(found: &FoundRecords, seen: &[PhoneObservations], violations: &mut CheckViolations) {
    let mut missed = Vec::new();
    for arrival in found.arrivals.iter().filter(|arrival| !found.is_of_yesterday(arrival.arrived_at)) {
        let phone = seen.iter().find(|seen| seen.class == arrival.class_id);
        let latest = arrival.id.parse().ok().and_then(|id| phone?.latest.get(&id));
        if latest != Some(&arrival.cursor) {
            missed.push((&arrival.class_id, arrival.cursor, latest));
        }
    }
    violations.none("arrivals are on no phone in their latest state (class, cursor, on the phone)", missed);
    let odd = |count: fn(&PhoneObservations) -> u64| {
        seen.iter().filter(|seen| count(seen) > 0).map(|seen| (&seen.class, count(seen))).collect::<Vec<_>>()
    };
    violations.none("phones were shown something twice (class, frames)", odd(|seen| seen.twice));
    violations
        .none("phones were shown something behind their cursor (class, frames)", odd(|seen| seen.backwards));
    violations.none("phones were shown another class's children (class, frames)", odd(|seen| seen.foreign));
}

#[cfg(test)]
mod tests;
