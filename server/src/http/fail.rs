//! Errors become responses here and nowhere else. A 500 is logged once with its causes and shows none of them.

use std::error::Error;

use process::http::ProblemResponse;
use protocol::problem::Problem;

use crate::store::StoreError;

/// Logs `error` with its causes; the client learns nothing of them.
pub fn internal(error: &(dyn Error + 'static)) -> ProblemResponse {
    tracing::error!(error = chain(error), "a request failed on our side");
    Problem::new(500, "internal", "Something went wrong on our side").into()
}

pub fn not_found() -> ProblemResponse {
    Problem::new(404, "not_found", "There is nothing at this address").into()
}

/// The database has more to do than it can: not the caller's fault, and worth another try.
fn busy(error: &StoreError) -> ProblemResponse {
    tracing::warn!(error = chain(error), "the database did not take a request in time");
    Problem::new(503, "busy", "Too much is going on; try again").into()
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl From<StoreError> for ProblemResponse {
    fn from(error: StoreError) -> Self {
        if error.is_overload() || error.is_conflict() { busy(&error) } else { internal(&error) }
    }
}
