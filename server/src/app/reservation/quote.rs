//! Availability of a space, without a reservation.

use domain::access::Audience;
use domain::allocation::AllocationBook;
use domain::allocation::refusal::ReservationRefusal;
use domain::allocation::reserved_entry::GarageHours;
use domain::ids::GarageId;
use domain::minute::{Minute, MinuteSpan};
use domain::shared_window::check_class_time;
use domain::time::Timestamp;
use protocol::reservation::ReservationAlternatives;
use protocol::reservation::query::ReservationQuoteQuery;

use super::alternatives::{AlternativesQuery, anonymous_ask, help};
use super::{ReservationError, wanted};
use crate::app::session::PersonCaller;
use crate::app::{App, allocation, standing};

#[derive(Debug)]
pub struct ReservationQuote {
    /// Free spaces during the whole time; 0 if refused.
    pub free: u32,
    pub refused: Option<ReservationRefusal>,
    pub help: ReservationAlternatives,
}

/// Quote for a person who may reserve as this audience here; the public needs no plate.
pub async fn quote(
    app: &App,
    caller: &PersonCaller,
    garage: &GarageId,
    asked: &ReservationQuoteQuery,
) -> Result<ReservationQuote, ReservationError> {
    let span = wanted::span(asked.starts_at, asked.ends_at)?;
    let standing = standing::of(app, caller).await?;
    if !standing.may_look(garage, asked.audience) {
        return Err(ReservationError::NotEntitled);
    }
    let (classes, now) = (standing.classes_at(garage), app.now());
    let looked = allocation::read(app, garage, |book| {
        let refused = match asked.audience {
            Audience::Pickup => {
                let open = GarageHours::of(book.layout()).open;
                check_class_time(&open, &classes, asked.pool.as_ref(), span)
            }
            Audience::Staff | Audience::Resident | Audience::Public => Ok(()),
        };
        look(book, asked, span, now, refused)
    });
    let (free, refused, next) = looked.await?;
    if refused.is_none() {
        return Ok(ReservationQuote { free, refused, help: ReservationAlternatives::default() });
    }
    let question = AlternativesQuery {
        garage: garage.clone(),
        audience: asked.audience,
        pool: asked.pool.clone(),
        span,
    };
    Ok(ReservationQuote { free: 0, refused, help: help(app, question, next).await })
}

type QuoteLookup = (u32, Option<ReservationRefusal>, Option<Minute>);

fn look(
    book: &AllocationBook,
    asked: &ReservationQuoteQuery,
    span: MinuteSpan,
    now: Timestamp,
    part: Result<(), ReservationRefusal>,
) -> QuoteLookup {
    let pool = asked.pool.as_ref();
    let ask = anonymous_ask(asked.audience, pool, span);
    let refused = part.and_then(|()| book.check_request(&ask, now)).err();
    let pools = book.layout().pools.keys().filter(|id| pool.is_none_or(|pool| pool == *id));
    let free = pools.map(|id| book.free(id, asked.audience, span)).sum();
    let next = match refused {
        None => None,
        Some(_) => book.next_start(pool, asked.audience, span.length(), span.from().max(Minute::ceil(now))),
    };
    (free, refused, next)
}
