//! The web pages, embedded in the binary: a parent's, a teacher's and the waiting hall's ([`people_router`]),
//! the operator console and the public open-space page ([`operator_router`]).
//!
//! Plain HTML, CSS and JavaScript modules, as they are in `assets/`: no build step, no framework, and nothing is
//! loaded from another host, so the pages work in a school without internet access. The pages contain no data: all
//! personal data comes from the API with a session.
//!
//! A folder is what a process serves: `assets/people` and `assets/operator`, and `assets/kit` in both. A file that is
//! put into a folder is served without further registration.

mod asset;
mod http;
#[cfg(test)]
mod tests;

use axum::Router;

/// `/`, `/teacher`, `/parent`, `/hall`, `/book`, `/reservations`, `/gate` and their files under `/assets/`, for `miniapp-api`.
pub fn people_router() -> Router {
    http::router(asset::people_assets())
}

/// `/operator` with week, day and calendar, `/spaces`, and their files under `/assets/`, for the server.
pub fn operator_router() -> Router {
    http::router(asset::operator_assets())
}
