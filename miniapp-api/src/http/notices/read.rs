//! `POST /api/v1/notices/{id}/read`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::ProblemDetails;
use uuid::Uuid;

use crate::MiniappState;
use crate::http::extract::{BearerSession, PathParameter};
use crate::http::refusal::MiniappApiError;

/// Marks a notice as read; a repetition is no error.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/read", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 400, body = ProblemDetails, description = "`bad_request`: the path"),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn read(
    State(app): State<MiniappState>,
    PathParameter(id): PathParameter<Uuid>,
    BearerSession(session): BearerSession,
) -> Result<StatusCode, MiniappApiError> {
    app.server.read_notice(id, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
