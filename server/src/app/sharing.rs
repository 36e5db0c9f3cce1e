//! What a garage shares, read from the database and made absolute: pools, windows on their days, closures, rules.
//!
//! - [`layout`]: the ground of a garage's book
//! - [`openings`]: what is open around now
//! - [`public`]: the same for the public at every garage
//! - [`rule`]: a window between its entered form and the one of `domain`

mod calendars;
mod ground;
pub mod public;
pub mod rule;

use domain::allocation::layout::Layout;
use domain::ids::GarageId;
use domain::shared_window::WindowOpening;
use domain::time::Timestamp;

use super::App;
use crate::store::{StoreError, Tx};

pub use calendars::Calendars;
pub(super) use ground::{Ground, Reach};

/// Everything that limits a garage's book, from yesterday to beyond the longest horizon.
///
/// Nothing of the calendar may have been written in this transaction.
pub async fn layout(app: &App, tx: &mut Tx, garage: &GarageId, now: Timestamp) -> Result<Layout, StoreError> {
    Ok(Ground::read(app, tx, garage, now).await?.layout(now))
}

/// What is open now or was since yesterday, and what opens within two days; closures are cut out. In order.
pub async fn openings(
    app: &App,
    tx: &mut Tx,
    garage: &GarageId,
    now: Timestamp,
) -> Result<Vec<WindowOpening>, StoreError> {
    Ok(Ground::read(app, tx, garage, now).await?.open(Reach::AROUND_NOW, now))
}
