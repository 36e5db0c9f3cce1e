//! Alternatives for a request that found no space: the next free time, the number of waiting requests, other garages.
//!
//! At peak times hundreds of requests need the same answer within a second, so it is cached for that long. No request
//! waits for it longer than [`PATIENCE`]: a late answer is useless.

use std::sync::Arc;
use std::time::Duration;

use domain::access::Audience;
use domain::allocation::entry::{EntryOrigin, EntryPhase};
use domain::allocation::{AllocationBook, ReservationIntent, ReservationRequest};
use domain::ids::{GarageId, PoolId, ReservationId};
use domain::minute::{Minute, MinuteSpan};
use domain::time::Timestamp;
use protocol::reservation::{AlternativeGarage, ReservationAlternatives};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::app::allocation::{self, AllocationError};
use crate::app::ttl_cache::TtlCache;
use crate::app::{App, directory};
use store::garage::StoredGarage;

const FRESH: Duration = Duration::from_secs(1);

/// Most different queries within a second.
const MOST: usize = 2_000;

const PATIENCE: Duration = Duration::from_millis(400);

/// A longer walk than half an hour is no alternative.
const NEAR_METRES: u32 = 3_000;

const MOST_ALTERNATIVES: usize = 5;

/// Most garages that are queried; the nearest ones.
const MAX_GARAGES: usize = 30;

/// A request that found no space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct AlternativesQuery {
    pub garage: GarageId,
    pub audience: Audience,
    pub pool: Option<PoolId>,
    pub span: MinuteSpan,
}

#[derive(Debug)]
struct CachedAlternatives {
    waiting: u32,
    alternatives: Vec<AlternativeGarage>,
}

/// Alternatives of the last second.
#[derive(Debug)]
pub struct AlternativesCache {
    answers: TtlCache<AlternativesQuery, Arc<CachedAlternatives>>,
    /// Held while alternatives are computed; the next holder finds them in the cache.
    making: Mutex<()>,
}

impl Default for AlternativesCache {
    fn default() -> Self {
        Self { answers: TtlCache::new(FRESH, MOST), making: Mutex::default() }
    }
}

/// Alternatives for a query; `next` is the next free time by the book.
pub(super) async fn help(
    app: &App,
    question: AlternativesQuery,
    next: Option<Minute>,
) -> ReservationAlternatives {
    let next_start = next.map(Minute::timestamp);
    let app = app.clone();
    // A task of its own: after a timeout it still fills the cache for later requests.
    let made = tokio::spawn(async move { answer(&app, question).await });
    match timeout(PATIENCE, made).await {
        Ok(Ok(Ok(answer))) => ReservationAlternatives {
            next_start,
            waiting: answer.waiting,
            alternatives: answer.alternatives.clone(),
        },
        Ok(Ok(Err(error))) => {
            tracing::warn!(%error, "computing alternatives failed; refusal sent without them");
            ReservationAlternatives { next_start, ..ReservationAlternatives::default() }
        }
        // Timeout, or the process is shutting down.
        Err(_) | Ok(Err(_)) => ReservationAlternatives { next_start, ..ReservationAlternatives::default() },
    }
}

async fn answer(app: &App, question: AlternativesQuery) -> Result<Arc<CachedAlternatives>, AllocationError> {
    let AlternativesCache { answers, making } = &*app.alternatives;
    if let Some(answer) = answers.get(&question) {
        return Ok(answer);
    }
    // The request has timed out by then, so tasks cannot pile up behind a slow one.
    let Ok(_making) = timeout(PATIENCE, making.lock()).await else { return Err(AllocationError::Busy) };
    if let Some(answer) = answers.get(&question) {
        return Ok(answer);
    }
    let began = answers.begin_read();
    let waiting = allocation::read(app, &question.garage, |book| waiting(book, &question)).await?;
    let answer = Arc::new(CachedAlternatives { waiting, alternatives: alternatives(app, &question).await? });
    answers.put(began, question, Arc::clone(&answer));
    Ok(answer)
}

fn waiting(book: &AllocationBook, question: &AlternativesQuery) -> u32 {
    let waits = book.entries().filter(|entry| {
        entry.phase() == EntryPhase::Waiting
            && entry.audience == question.audience
            && question.pool.as_ref().is_none_or(|pool| entry.pool == *pool)
            && entry.span.overlaps(question.span)
    });
    u32::try_from(waits.count()).unwrap_or(u32::MAX)
}

/// Alternatives for the public audience, which is open to every person.
async fn alternatives(
    app: &App,
    question: &AlternativesQuery,
) -> Result<Vec<AlternativeGarage>, AllocationError> {
    let directory = directory::read(app).await?;
    let Some(here) = directory.get(&question.garage) else { return Ok(Vec::new()) };
    let mut near: Vec<(u32, &StoredGarage)> = directory
        .garages
        .iter()
        .filter(|other| other.id != here.id || question.audience != Audience::Public)
        .map(|other| (directory::distance(here, other), other))
        .filter(|(metres, _)| *metres <= NEAR_METRES)
        .collect();
    near.sort_by_key(|(metres, garage)| (*metres, garage.number));
    let mut found = Vec::new();
    for (distance_metres, garage) in near.into_iter().take(MAX_GARAGES) {
        let now = app.now();
        let free = allocation::read(app, &garage.id, |book| public_room(book, question.span, now)).await?;
        if free > 0 {
            found.push(alternative(garage, distance_metres, free));
        }
        if found.len() == MOST_ALTERNATIVES {
            break;
        }
    }
    Ok(found)
}

fn alternative(garage: &StoredGarage, distance_metres: u32, free: u32) -> AlternativeGarage {
    AlternativeGarage {
        garage: garage.id.clone(),
        name: garage.name.clone(),
        name_en: garage.name_en.clone(),
        audience: Audience::Public,
        distance_metres,
        free,
    }
}

/// Spaces that a driver could reserve for this whole time.
fn public_room(book: &AllocationBook, span: MinuteSpan, now: Timestamp) -> u32 {
    let pools = book.layout().pools.keys();
    let possible = pools
        .filter(|pool| book.check_request(&anonymous_ask(Audience::Public, Some(pool), span), now).is_ok());
    possible.map(|pool| book.free(pool, Audience::Public, span)).sum()
}

/// A request without plate, person or limits, to test the availability.
pub(super) fn anonymous_ask(
    audience: Audience,
    pool: Option<&PoolId>,
    span: MinuteSpan,
) -> ReservationRequest {
    ReservationRequest {
        id: ReservationId::nil(),
        pool: pool.cloned(),
        audience,
        origin: EntryOrigin::App,
        person: None,
        plate: None,
        span,
        wish: ReservationIntent::Confirm,
    }
}
