//! `/internal/v1`: for `miniapp-api`, which acts only for people who pass through it.
//!
//! Every route is behind the service token. What belongs to a person also needs that person's session.

use axum::Router;

use crate::app::App;

/// Takes the state because the lock in front of every route needs the database.
pub fn router(_app: App) -> Router<App> {
    Router::new()
}
