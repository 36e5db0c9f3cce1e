//! The only conversion of errors into responses. A 500 is logged once with its causes and shows none of them.

mod lane_alarm;
mod operator;
mod people;
mod sharing;

use std::error::Error;

use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;
pub use service::http::unknown_resource as not_found;

use crate::app::ingest::IngestError;
use store::StoreError;

/// Logs `error` with its causes; the response does not contain them.
pub fn internal(error: &(dyn Error + 'static)) -> ProblemResponse {
    tracing::error!(error = chain(error), "request failed with an internal error");
    ProblemDetails::new(500, "internal", "Internal server error").into()
}

/// The database is overloaded or unavailable: not the caller's fault, and the caller can retry.
fn busy(error: &StoreError) -> ProblemResponse {
    tracing::warn!(error = chain(error), "request refused; database overloaded or unavailable");
    ProblemDetails::new(503, "busy", "Service busy; try again later").into()
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

/// The response to a use case that the database refused or could not serve.
pub fn storage_problem(error: StoreError) -> ProblemResponse {
    if error.is_overload() || error.is_conflict() { busy(&error) } else { internal(&error) }
}

fn problem(status: u16, code: &str, title: &str) -> ProblemResponse {
    ProblemDetails::new(status, code, title).into()
}

/// One response for a missing, a wrong and an expired token.
pub fn unknown_gateway() -> ProblemResponse {
    problem(401, "unauthorized", "Gateway token missing or invalid")
}

impl From<IngestError> for ProblemResponse {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Gap { expected } => {
                ProblemDetails::new(409, "sequence_gap", "Records missing before this batch")
                    .field("records[0].seq")
                    .detail(format!("expected {expected}"))
                    .into()
            }
            IngestError::Invalid(detail) => {
                ProblemDetails::new(422, "invalid_batch", "Invalid batch").detail(detail).into()
            }
            IngestError::Busy | IngestError::Closing => problem(503, "busy", "Service busy; try again later"),
            IngestError::Unknown => unknown_gateway(),
            IngestError::Store(error) => storage_problem(error),
        }
    }
}
