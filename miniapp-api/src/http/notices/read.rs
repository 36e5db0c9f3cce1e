//! `POST /api/v1/notices/{id}/read`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::Problem;
use uuid::Uuid;

use crate::App;
use crate::http::extract::{At, Person};
use crate::http::refusal::Refusal;

/// Marks a notice as read; a repetition is no error.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/read", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 400, body = Problem, description = "`bad_request`: the path"),
        (status = 404, body = Problem, description = "`not_found`, also for another account's"),
        (status = "default", body = Problem),
    )
)]
pub async fn read(
    State(app): State<App>,
    At(id): At<Uuid>,
    Person(session): Person,
) -> Result<StatusCode, Refusal> {
    app.server.read_notice(id, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
