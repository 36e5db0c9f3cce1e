//! Converts a [`ProblemDetails`] to a response; also the problems that no handler returns itself.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::problem::ProblemDetails;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The only way an error becomes a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemResponse(pub ProblemDetails);

impl From<ProblemDetails> for ProblemResponse {
    fn from(problem: ProblemDetails) -> Self {
        Self(problem)
    }
}

impl IntoResponse for ProblemResponse {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], Json(self.0)).into_response()
    }
}

/// The response for an id that names nothing, whether well-formed or not.
pub fn unknown_resource() -> ProblemResponse {
    ProblemDetails::new(404, "not_found", "Resource not found").into()
}

pub(super) async fn not_found() -> ProblemResponse {
    unknown_resource()
}

pub(super) async fn method_not_allowed() -> ProblemResponse {
    ProblemDetails::new(405, "method_not_allowed", "Method not allowed").into()
}

pub(super) fn internal() -> ProblemResponse {
    ProblemDetails::new(500, "internal", "Internal server error").into()
}

pub(super) fn timed_out() -> ProblemResponse {
    ProblemDetails::new(503, "timed_out", "Request timed out").into()
}
