//! The transaction of a batch: locks the garages' rows, applies passages to the books, decides, writes and raises the
//! versions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::ids::{GarageId, ReservationId};
use domain::time::Timestamp;
use uuid::Uuid;

use super::decide::{self, PriorReservations, RequestDecision};
use super::key::{key_of, key_of_date};
use super::passages::{self, SettledPassages};
use super::request::{
    AllocationError, AllocationReply, AllocationRequest, SeriesDateOutcome, SeriesDateReply, SeriesReply,
};
use super::series::{SeriesDateDecision, SeriesDecision};
use super::strikes;
use super::working_book::{self, BookChanges, LockedBooks, OperatorAct};
use crate::app::App;
use crate::app::audit::{AuditActor, record};
use crate::context::ServerContext;
use store::notice::NewNotice;
use store::reservation::{self, ClientReservationKey, StoredReservation};
use store::{StoreError, Tx, book, notice};

/// A request with its garage.
pub(super) type GarageRequest = (GarageId, AllocationRequest);

pub(super) struct AllocationCommitOutcome {
    /// One for each request, in order.
    pub answers: Vec<Result<AllocationReply, AllocationError>>,
    pub settled: SettledPassages,
}

/// Commits a batch. `due` are garages with possible new passages or something due by the clock.
pub(super) async fn commit(
    app: &App,
    asked: &[GarageRequest],
    due: &BTreeSet<GarageId>,
) -> Result<AllocationCommitOutcome, StoreError> {
    let mut tx = app.store.begin().await?;
    let settled =
        asked.iter().filter(|(_, request)| *request == AllocationRequest::Settle).map(|(garage, _)| garage);
    let due: BTreeSet<GarageId> = due.iter().chain(settled).cloned().collect();
    let garages: BTreeSet<&GarageId> = asked.iter().map(|(garage, _)| garage).chain(&due).collect();
    let garages: Vec<GarageId> = garages.into_iter().cloned().collect();
    let (mut books, now) = working_book::check_out(app, &mut tx, &garages).await?;
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
    check_in(books, &written);
    Ok(AllocationCommitOutcome { answers, settled: heard })
}

/// Reads the earlier reservations of the requests' keys, and named reservations that are not live.
async fn known(
    tx: &mut Tx,
    books: &LockedBooks,
    asked: &[GarageRequest],
) -> Result<PriorReservations, StoreError> {
    let (mut keys, mut ids): (HashSet<ClientReservationKey>, HashSet<ReservationId>) =
        (HashSet::new(), HashSet::new());
    for (garage, request) in asked {
        match request {
            AllocationRequest::Reserve(asked) => {
                keys.insert(key_of(garage, asked));
            }
            AllocationRequest::Series(series) => {
                keys.extend(series.dates.iter().map(|date| key_of_date(garage, &series.first, *date)));
            }
            AllocationRequest::Change(change) => {
                ids.insert(change.id);
            }
            AllocationRequest::Confirm(act) | AllocationRequest::Cancel(act) => {
                ids.insert(act.id);
            }
            AllocationRequest::Suspend(_) | AllocationRequest::Settle => {}
        }
    }
    let live = |id: &ReservationId| books.values().any(|work| work.cached.details.contains_key(id));
    let ids: Vec<ReservationId> = ids.into_iter().filter(|id| !live(id)).collect();
    let finished = reservation::by_ids(tx, &ids).await?;
    let keys: Vec<ClientReservationKey> = keys.into_iter().collect();
    Ok(PriorReservations {
        by_key: reservation::by_keys(tx, &keys).await?,
        finished: finished.into_iter().map(|stored| (stored.entry.id, stored)).collect(),
    })
}

/// Result of the writes.
struct AllocationWriteOutcome {
    entries: HashMap<ReservationId, StoredReservation>,
    /// Garages whose version was raised.
    garages: BTreeSet<GarageId>,
    /// Garages whose books lack the plates blocked in this transaction.
    outdated: BTreeSet<GarageId>,
}

async fn write(
    context: &ServerContext,
    tx: &mut Tx,
    books: &mut LockedBooks,
    now: Timestamp,
) -> Result<AllocationWriteOutcome, StoreError> {
    let (mut inserted, mut updated, mut notices, mut acts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut strikes = BTreeMap::new();
    let mut garages = BTreeSet::new();
    for work in books.values_mut() {
        let written = work.write(now)?;
        if !written.is_empty() {
            garages.insert(work.garage.clone());
        }
        notices.extend(notices_of(&written, &work.reasons, now));
        inserted.extend(written.inserted);
        updated.extend(written.updated);
        acts.extend(written.acts);
        strikes.insert(written.garage, written.strikes);
    }
    reservation::insert(tx, &inserted).await?;
    reservation::update(tx, &updated).await?;
    notice::insert(tx, &notices).await?;
    for OperatorAct { operator, action } in &acts {
        record(tx, now, AuditActor::Operator(operator), *action, "").await?;
    }
    let ended: HashMap<ReservationId, &StoredReservation> =
        inserted.iter().chain(&updated).map(|stored| (stored.entry.id, stored)).collect();
    let mut outdated = BTreeSet::new();
    for (garage, strikes) in strikes {
        if strikes::store(context, tx, &garage, &strikes, &ended).await? > 0 {
            outdated.insert(garage);
        }
    }
    let raised: Vec<GarageId> = garages.iter().cloned().collect();
    book::advance(tx, &raised).await?;
    let entries = inserted.into_iter().chain(updated).map(|stored| (stored.entry.id, stored)).collect();
    Ok(AllocationWriteOutcome { entries, garages, outdated })
}

impl BookChanges {
    fn is_empty(&self) -> bool {
        self.inserted.is_empty()
            && self.updated.is_empty()
            && self.notices.is_empty()
            && self.strikes.is_empty()
            && self.acts.is_empty()
    }
}

fn notices_of(
    written: &BookChanges,
    reasons: &HashMap<ReservationId, String>,
    now: Timestamp,
) -> Vec<NewNotice> {
    let told = |told: &domain::allocation::BookNotice| NewNotice {
        id: Uuid::now_v7(),
        person: told.person,
        at: now,
        kind: told.kind,
        garage: written.garage.clone(),
        reservation: told.entry,
        detail: reasons.get(&told.entry).cloned().unwrap_or_default(),
    };
    written.notices.iter().map(told).collect()
}

fn check_in(books: LockedBooks, written: &AllocationWriteOutcome) {
    for (garage, work) in books {
        // A book that is not checked in is rebuilt.
        if !written.outdated.contains(&garage) {
            work.check_in(written.garages.contains(&garage));
        }
    }
}

fn answers(
    written: &AllocationWriteOutcome,
    books: &LockedBooks,
    known: &PriorReservations,
    asked: &[GarageRequest],
    decisions: Vec<Result<RequestDecision, AllocationError>>,
) -> Vec<Result<AllocationReply, AllocationError>> {
    let answer =
        |((garage, request), decision): (&GarageRequest, Result<RequestDecision, AllocationError>)| {
            let stored = |id: ReservationId| {
                let written = written.entries.get(&id).cloned();
                let kept = || books.get(garage)?.cached.stored(garage, id);
                let finished = || known.finished.get(&id).cloned();
                let repeated = || known.by_key.values().find(|stored| stored.entry.id == id).cloned();
                written.or_else(kept).or_else(finished).or_else(repeated).map(Box::new)
            };
            let lost = AllocationError::NotFound;
            match decision? {
                RequestDecision::Entry(id) => stored(id).map(AllocationReply::Reservation).ok_or(lost),
                RequestDecision::Series(series) => Ok(AllocationReply::Series(series_answer(series, stored))),
                RequestDecision::Done => {
                    debug_assert!(matches!(
                        request,
                        AllocationRequest::Suspend(_) | AllocationRequest::Settle
                    ));
                    Ok(AllocationReply::Done)
                }
            }
        };
    asked.iter().zip(decisions).map(answer).collect()
}

fn series_answer(
    series: SeriesDecision,
    stored: impl Fn(ReservationId) -> Option<Box<StoredReservation>>,
) -> SeriesReply {
    let date = |(date, decision)| {
        let outcome = match decision {
            SeriesDateDecision::Reserved(id) => {
                stored(id).map_or(SeriesDateOutcome::Possible, SeriesDateOutcome::Reserved)
            }
            SeriesDateDecision::Possible => SeriesDateOutcome::Possible,
            SeriesDateDecision::Refused(refusal) => SeriesDateOutcome::Refused(refusal),
        };
        SeriesDateReply { date, outcome }
    };
    SeriesReply { id: series.id, dates: series.dates.into_iter().map(date).collect() }
}
