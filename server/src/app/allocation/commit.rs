//! The transaction of a batch: locks the garages' rows, applies passages to the books, decides, writes and raises the
//! versions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::ids::GarageId;
use domain::time::Timestamp;
use uuid::Uuid;

use super::decide::{self, Decision, Known};
use super::key::{key_of, key_of_date};
use super::passages::{self, Heard};
use super::request::{AllocationError, Answer, DateAnswer, DateOutcome, Request, SeriesAnswer};
use super::series::{DateDecision, SeriesDecision};
use super::strikes;
use super::work::{self, Books, Written};
use crate::app::App;
use crate::store::notice::New;
use crate::store::reservation::{self, KeyOf, Stored};
use crate::store::{StoreError, Tx, book, notice};

/// A request with its garage.
pub(super) type Asked = (GarageId, Request);

pub(super) struct Done {
    /// One for each request, in order.
    pub answers: Vec<Result<Answer, AllocationError>>,
    pub heard: Heard,
}

/// Commits a batch. `due` are garages with possible new passages or something due by the clock.
pub(super) async fn commit(app: &App, asked: &[Asked], due: &BTreeSet<GarageId>) -> Result<Done, StoreError> {
    let mut tx = app.store.begin().await?;
    let settled = asked.iter().filter(|(_, request)| *request == Request::Settle).map(|(garage, _)| garage);
    let due: BTreeSet<GarageId> = due.iter().chain(settled).cloned().collect();
    let garages: BTreeSet<&GarageId> = asked.iter().map(|(garage, _)| garage).chain(&due).collect();
    let garages: Vec<GarageId> = garages.into_iter().cloned().collect();
    let (mut books, now) = work::take(app, &mut tx, &garages).await?;
    let known = known(&mut tx, &books, asked).await?;
    let heard = passages::settle(&mut tx, &mut books, &due, now).await?;
    let decisions: Vec<_> = asked
        .iter()
        .map(|(garage, request)| match books.get_mut(garage) {
            Some(work) => decide::decide(work, &known, request, now),
            None => Err(AllocationError::NoSuchGarage),
        })
        .collect();
    let written = write(app, &mut tx, &mut books, now).await?;
    if written.garages.is_empty() && heard.visits == 0 {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    let answers = answers(&written, &books, &known, asked, decisions);
    put_back(books, &written);
    Ok(Done { answers, heard })
}

/// Reads the earlier reservations of the requests' keys, and named reservations that are not live.
async fn known(tx: &mut Tx, books: &Books, asked: &[Asked]) -> Result<Known, StoreError> {
    let (mut keys, mut ids): (HashSet<KeyOf>, HashSet<Uuid>) = (HashSet::new(), HashSet::new());
    for (garage, request) in asked {
        match request {
            Request::Reserve(asked) => {
                keys.insert(key_of(garage, asked));
            }
            Request::Series(series) => {
                keys.extend(series.dates.iter().map(|date| key_of_date(garage, &series.first, *date)));
            }
            Request::Change(change) => {
                ids.insert(change.id);
            }
            Request::Confirm(act) | Request::Cancel(act) => {
                ids.insert(act.id);
            }
            Request::Suspend(_) | Request::Settle => {}
        }
    }
    let live = |id: &Uuid| books.values().any(|work| work.kept.details.contains_key(id));
    let ids: Vec<Uuid> = ids.into_iter().filter(|id| !live(id)).collect();
    let finished = reservation::by_ids(tx, &ids).await?;
    let keys: Vec<KeyOf> = keys.into_iter().collect();
    Ok(Known {
        by_key: reservation::by_keys(tx, &keys).await?,
        finished: finished.into_iter().map(|stored| (stored.entry.id, stored)).collect(),
    })
}

/// Result of the writes.
struct Outcome {
    entries: HashMap<Uuid, Stored>,
    /// Garages whose version was raised.
    garages: BTreeSet<GarageId>,
    /// Garages whose books lack the plates blocked in this transaction.
    outdated: BTreeSet<GarageId>,
}

async fn write(app: &App, tx: &mut Tx, books: &mut Books, now: Timestamp) -> Result<Outcome, StoreError> {
    let (mut inserted, mut updated, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    let mut strikes = BTreeMap::new();
    let mut garages = BTreeSet::new();
    for work in books.values_mut() {
        let written = work.write(now)?;
        if !written.is_empty() {
            garages.insert(work.garage.clone());
        }
        notices.extend(told(&written, &work.reasons, now));
        inserted.extend(written.inserted);
        updated.extend(written.updated);
        strikes.insert(written.garage, written.strikes);
    }
    reservation::insert(tx, &inserted).await?;
    reservation::update(tx, &updated).await?;
    notice::insert(tx, &notices).await?;
    let ended: HashMap<Uuid, &Stored> =
        inserted.iter().chain(&updated).map(|stored| (stored.entry.id, stored)).collect();
    let mut outdated = BTreeSet::new();
    for (garage, strikes) in strikes {
        if strikes::store(app, tx, &garage, &strikes, &ended).await? > 0 {
            outdated.insert(garage);
        }
    }
    let raised: Vec<GarageId> = garages.iter().cloned().collect();
    book::advance(tx, &raised).await?;
    let entries = inserted.into_iter().chain(updated).map(|stored| (stored.entry.id, stored)).collect();
    Ok(Outcome { entries, garages, outdated })
}

impl Written {
    fn is_empty(&self) -> bool {
        self.inserted.is_empty()
            && self.updated.is_empty()
            && self.notices.is_empty()
            && self.strikes.is_empty()
    }
}

fn told(written: &Written, reasons: &HashMap<Uuid, String>, now: Timestamp) -> Vec<New> {
    let told = |told: &domain::allocation::Notice| New {
        id: Uuid::now_v7(),
        person: told.person,
        at: now,
        kind: notice::kind(told.kind),
        garage: written.garage.clone(),
        reservation: told.entry,
        detail: reasons.get(&told.entry).cloned().unwrap_or_default(),
    };
    written.notices.iter().map(told).collect()
}

fn put_back(books: Books, written: &Outcome) {
    for (garage, work) in books {
        // A book that is not checked in is rebuilt.
        if !written.outdated.contains(&garage) {
            work.put_back(written.garages.contains(&garage));
        }
    }
}

fn answers(
    written: &Outcome,
    books: &Books,
    known: &Known,
    asked: &[Asked],
    decisions: Vec<Result<Decision, AllocationError>>,
) -> Vec<Result<Answer, AllocationError>> {
    let answer = |((garage, request), decision): (&Asked, Result<Decision, AllocationError>)| {
        let stored = |id: Uuid| {
            let written = written.entries.get(&id).cloned();
            let kept = || books.get(garage)?.kept.stored(garage, id);
            let finished = || known.finished.get(&id).cloned();
            let repeated = || known.by_key.values().find(|stored| stored.entry.id == id).cloned();
            written.or_else(kept).or_else(finished).or_else(repeated).map(Box::new)
        };
        let lost = AllocationError::NotFound;
        match decision? {
            Decision::Entry(id) => stored(id).map(Answer::Reservation).ok_or(lost),
            Decision::Series(series) => Ok(Answer::Series(series_answer(series, stored))),
            Decision::Done => {
                debug_assert!(matches!(request, Request::Suspend(_) | Request::Settle));
                Ok(Answer::Done)
            }
        }
    };
    asked.iter().zip(decisions).map(answer).collect()
}

fn series_answer(series: SeriesDecision, stored: impl Fn(Uuid) -> Option<Box<Stored>>) -> SeriesAnswer {
    let date = |(date, decision)| {
        let outcome = match decision {
            DateDecision::Reserved(id) => stored(id).map_or(DateOutcome::Possible, DateOutcome::Reserved),
            DateDecision::Possible => DateOutcome::Possible,
            DateDecision::Refused(refusal) => DateOutcome::Refused(refusal),
        };
        DateAnswer { date, outcome }
    };
    SeriesAnswer { id: series.id, dates: series.dates.into_iter().map(date).collect() }
}
