//! Availability of a space, without a reservation.

use domain::allocation::Book;
use domain::allocation::refusal::Refusal;
use domain::ids::GarageId;
use domain::minute::{Minute, Span};
use domain::time::Timestamp;
use protocol::reservation::Help;
use protocol::reservation::asked::QuoteAsked;

use super::help::{Question, anybody, help};
use super::{ReservationError, entitled, wanted};
use crate::app::session::Caller;
use crate::app::{App, allocation, standing};

#[derive(Debug)]
pub struct Quoted {
    /// Free spaces during the whole time; 0 if refused.
    pub free: u32,
    pub refused: Option<Refusal>,
    pub help: Help,
}

/// Quote for a person who may reserve as this audience here; the public needs no plate.
pub async fn quote(
    app: &App,
    caller: &Caller,
    garage: &GarageId,
    asked: &QuoteAsked,
) -> Result<Quoted, ReservationError> {
    let span = wanted::span(asked.starts_at, asked.ends_at)?;
    let standing = standing::of(app, caller).await?;
    if !standing.may_look(garage, asked.audience) {
        return Err(ReservationError::NotEntitled);
    }
    let (classes, now) = (standing.classes_at(garage), app.now());
    let looked = allocation::read(app, garage, |book| {
        let part = entitled::class_refusal(&book.layout().openings, &classes, asked.pool.as_ref(), span);
        let refused = match asked.audience {
            domain::access::Audience::Pickup => part,
            _ => Ok(()),
        };
        look(book, asked, span, now, refused)
    });
    let (free, refused, next) = looked.await?;
    if refused.is_none() {
        return Ok(Quoted { free, refused, help: Help::default() });
    }
    let question =
        Question { garage: garage.clone(), audience: asked.audience, pool: asked.pool.clone(), span };
    Ok(Quoted { free: 0, refused, help: help(app, question, next).await })
}

type Looked = (u32, Option<Refusal>, Option<Minute>);

fn look(book: &Book, asked: &QuoteAsked, span: Span, now: Timestamp, part: Result<(), Refusal>) -> Looked {
    let pool = asked.pool.as_ref();
    let ask = anybody(asked.audience, pool, span);
    let refused = part.and_then(|()| book.would(&ask, now)).err();
    let pools = book.layout().pools.keys().filter(|id| pool.is_none_or(|pool| pool == *id));
    let free = pools.map(|id| book.free(id, asked.audience, span)).sum();
    let next = match refused {
        None => None,
        Some(_) => book.next_start(pool, asked.audience, span.length(), span.from().max(Minute::ceil(now))),
    };
    (free, refused, next)
}
