//! What helps somebody who got no space: when there is one, how many wait, where else.
//!
//! At the rush hundreds are told the same within a second, so what is the same for all is remembered for that long; and
//! nobody waits for it longer than [`PATIENCE`]: help that comes late is none.

use std::sync::Arc;
use std::time::Duration;

use domain::access::Audience;
use domain::allocation::entry::{Origin, Phase};
use domain::allocation::{Ask, Book, Wish};
use domain::ids::{GarageId, PoolId};
use domain::minute::{Minute, Span};
use domain::time::Timestamp;
use protocol::reservation::{Alternative, Help};
use tokio::sync::Mutex;
use tokio::time::timeout;
use uuid::Uuid;

use crate::app::allocation::{self, AllocationError};
use crate::app::recent::Recent;
use crate::app::{App, directory};
use crate::store::garage::Garage;

const FRESH: Duration = Duration::from_secs(1);

/// Different questions within a second.
const MOST: usize = 2_000;

const PATIENCE: Duration = Duration::from_millis(400);

/// A walk of half an hour and more helps nobody.
const NEAR_METRES: u32 = 3_000;

const MOST_ALTERNATIVES: usize = 5;

/// Garages that are asked: the nearest.
const MOST_ASKED: usize = 30;

/// What somebody asked for in vain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub garage: GarageId,
    pub audience: Audience,
    pub pool: Option<PoolId>,
    pub span: Span,
}

#[derive(Debug)]
struct Answer {
    waiting: u32,
    alternatives: Vec<Alternative>,
}

/// Answers of the last second.
#[derive(Debug)]
pub struct Remembered {
    answers: Recent<Question, Arc<Answer>>,
    /// Held while an answer is made: the others find it when they get here.
    making: Mutex<()>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self { answers: Recent::new(FRESH, MOST), making: Mutex::default() }
    }
}

/// Help for a question; `next` is what the book has said.
pub(super) async fn help(app: &App, question: Question, next: Option<Minute>) -> Help {
    let next_start = next.map(Minute::timestamp);
    let app = app.clone();
    // A task of its own: whoever loses patience leaves the answer to those who ask next.
    let made = tokio::spawn(async move { answer(&app, question).await });
    match timeout(PATIENCE, made).await {
        Ok(Ok(Ok(answer))) => {
            Help { next_start, waiting: answer.waiting, alternatives: answer.alternatives.clone() }
        }
        Ok(Ok(Err(error))) => {
            tracing::warn!(%error, "somebody without a space gets less help");
            Help { next_start, ..Help::default() }
        }
        // Too late, or the process is ending.
        Err(_) | Ok(Err(_)) => Help { next_start, ..Help::default() },
    }
}

async fn answer(app: &App, question: Question) -> Result<Arc<Answer>, AllocationError> {
    let Remembered { answers, making } = &*app.help;
    if let Some(answer) = answers.get(&question) {
        return Ok(answer);
    }
    // Whoever asked has lost patience by then; so tasks cannot pile up behind a slow one.
    let Ok(_making) = timeout(PATIENCE, making.lock()).await else { return Err(AllocationError::Busy) };
    if let Some(answer) = answers.get(&question) {
        return Ok(answer);
    }
    let began = answers.begin();
    let waiting = allocation::read(app, &question.garage, |book| waiting(book, &question)).await?;
    let answer = Arc::new(Answer { waiting, alternatives: alternatives(app, &question).await? });
    answers.put(began, question, Arc::clone(&answer));
    Ok(answer)
}

fn waiting(book: &Book, question: &Question) -> u32 {
    let waits = book.entries().filter(|entry| {
        entry.phase() == Phase::Waiting
            && entry.audience == question.audience
            && question.pool.as_ref().is_none_or(|pool| entry.pool == *pool)
            && entry.span.overlaps(question.span)
    });
    u32::try_from(waits.count()).unwrap_or(u32::MAX)
}

/// As the public: that is what everybody may be.
async fn alternatives(app: &App, question: &Question) -> Result<Vec<Alternative>, AllocationError> {
    let directory = directory::read(app).await?;
    let Some(here) = directory.get(&question.garage) else { return Ok(Vec::new()) };
    let mut near: Vec<(u32, &Garage)> = directory
        .garages
        .iter()
        .filter(|other| other.id != here.id || question.audience != Audience::Public)
        .map(|other| (directory::distance(here, other), other))
        .filter(|(metres, _)| *metres <= NEAR_METRES)
        .collect();
    near.sort_by_key(|(metres, garage)| (*metres, garage.number));
    let mut found = Vec::new();
    for (distance_metres, garage) in near.into_iter().take(MOST_ASKED) {
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

fn alternative(garage: &Garage, distance_metres: u32, free: u32) -> Alternative {
    Alternative {
        garage: garage.id.clone(),
        name: garage.name.clone(),
        name_en: garage.name_en.clone(),
        audience: Audience::Public,
        distance_metres,
        free,
    }
}

/// Spaces that some driver could reserve for all of this time.
fn public_room(book: &Book, span: Span, now: Timestamp) -> u32 {
    let pools = book.layout().pools.keys();
    let possible = pools.filter(|pool| book.would(&anybody(Audience::Public, Some(pool), span), now).is_ok());
    possible.map(|pool| book.free(pool, Audience::Public, span)).sum()
}

/// Somebody without a plate or limits, to ask what would be possible.
pub(super) fn anybody(audience: Audience, pool: Option<&PoolId>, span: Span) -> Ask {
    Ask {
        id: Uuid::nil(),
        pool: pool.cloned(),
        audience,
        origin: Origin::App,
        person: None,
        plate: None,
        span,
        wish: Wish::Confirm,
    }
}
