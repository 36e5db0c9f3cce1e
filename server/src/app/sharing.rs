//! A garage's sharing, read from the database and made absolute: pools, windows on their days, closures, rules.
//!
//! - [`layout`]: the input of a garage's book
//! - [`openings`]: the openings around now
//! - [`public`]: the public's openings at every garage
//! - [`pools`]: pools as entered
//! - [`conflict`]: conflicts as text
//! - [`rule`]: conversion of a window between its entered form and the one of `domain`

mod calendars;
pub mod conflict;
mod ground;
pub mod pools;
pub mod public;
pub mod rule;

use std::time::Duration;

use domain::access::Audience;
use domain::allocation::layout::GarageLayout;
use domain::ids::GarageId;
use domain::shared_window::{LessonRule, SharedWindow, WindowOpening, disjoint, without};
use domain::time::Timestamp;

use super::{App, calendar};
use store::{StoreError, Tx, closure, window};

pub use calendars::CalendarCache;
pub(super) use ground::{OpeningHorizon, SharingState, closure_of_domain};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// All limits of a garage's book, from yesterday to beyond the longest horizon.
///
/// The calendar must not have been written in this transaction.
pub async fn layout(
    app: &App,
    tx: &mut Tx,
    garage: &GarageId,
    now: Timestamp,
) -> Result<GarageLayout, StoreError> {
    Ok(SharingState::read(app, tx, garage, now).await?.layout(now))
}

/// Openings from yesterday to two days ahead, in order; closures are cut out.
pub async fn openings(
    app: &App,
    tx: &mut Tx,
    garage: &GarageId,
    now: Timestamp,
) -> Result<Vec<WindowOpening>, StoreError> {
    let windows: Vec<SharedWindow> =
        window::of_garage(tx, garage).await?.into_iter().map(|stored| stored.window).collect();
    let calendar = app.calendars.current(tx).await?;
    let schools =
        if windows.iter().any(asks_schools) { calendar::load_schools(tx, garage).await? } else { Vec::new() };
    let closures = closure::open(tx, garage, now - DAY).await?;
    let closures: Vec<_> = closures.iter().filter_map(closure_of_domain).collect();
    let yesterday = (now - DAY).local_date();
    let of = |window: &SharedWindow| {
        window.openings(&calendar, &schools, yesterday, OpeningHorizon::AROUND_NOW.days())
    };
    Ok(without(disjoint(windows.iter().flat_map(of).collect()), &closures))
}

/// A pickup window moves with an early release even where it does not depend on lessons.
fn asks_schools(window: &SharedWindow) -> bool {
    window.audience == Audience::Pickup || window.recurrence.lessons != LessonRule::AnyDay
}
