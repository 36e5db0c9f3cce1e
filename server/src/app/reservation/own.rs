//! A person's own reservations.

use domain::ids::ReservationId;
use domain::time::Timestamp;
use protocol::reservation::{Reservation, ReservationPage};

use super::{ReservationError, shown};
use crate::app::App;
use crate::app::session::PersonCaller;
use crate::context::ServerContext;
use store::reservation::{self, ReservationPageCursor, StoredReservation};

/// Rows on one page.
const PAGE: u32 = 30;

/// Newest start first; `cursor` is the `next` of the previous page.
pub async fn page(
    app: &App,
    caller: &PersonCaller,
    cursor: Option<&str>,
) -> Result<ReservationPage, ReservationError> {
    let before = cursor.map(parse_cursor).transpose()?;
    let mut tx = app.store.begin_read().await?;
    let rows = reservation::of_person(&mut tx, caller.person, before, PAGE + 1).await?;
    drop(tx);
    present(app, rows, PAGE).await
}

/// Cuts the rows to one page. The caller has read one row more than fits, which shows whether there is a next page.
pub(in crate::app) async fn present(
    app: &App,
    mut rows: Vec<StoredReservation>,
    page: u32,
) -> Result<ReservationPage, ReservationError> {
    let fit = usize::try_from(page).unwrap_or(usize::MAX);
    let more = rows.len() > fit;
    rows.truncate(fit);
    let next = rows.last().filter(|_| more).map(cursor_after);
    Ok(ReservationPage { items: shown::all(app, &rows).await?, next })
}

fn cursor_after(last: &StoredReservation) -> String {
    format!("{}_{}", last.entry.span.from().timestamp().micros(), last.entry.id)
}

pub(in crate::app) fn parse_cursor(text: &str) -> Result<ReservationPageCursor, ReservationError> {
    let (micros, id) = text.split_once('_').ok_or(ReservationError::Cursor)?;
    let starts_at = micros.parse().map(Timestamp::from_micros).map_err(|_| ReservationError::Cursor)?;
    Ok(ReservationPageCursor { starts_at, id: id.parse().map_err(|_| ReservationError::Cursor)? })
}

/// One of the caller's reservations.
pub async fn one(
    app: &App,
    caller: &PersonCaller,
    id: ReservationId,
) -> Result<Reservation, ReservationError> {
    let stored = own(app, caller, id).await?;
    shown::one(app, &stored).await
}

pub(super) async fn own(
    context: &ServerContext,
    caller: &PersonCaller,
    id: ReservationId,
) -> Result<StoredReservation, ReservationError> {
    find(context, id)
        .await?
        .filter(|stored| stored.entry.person == Some(caller.person))
        .ok_or(ReservationError::NotFound)
}

/// Finds a reservation of any person.
pub(in crate::app) async fn find(
    context: &ServerContext,
    id: ReservationId,
) -> Result<Option<StoredReservation>, ReservationError> {
    let mut tx = context.store.begin_read().await?;
    Ok(reservation::by_ids(&mut tx, &[id]).await?.pop())
}
