//! `POST /internal/v1/notices/{id}/read`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::ProblemDetails;
use service::http::{ApiPath, ProblemResponse};
use uuid::Uuid;

use crate::app::App;
use crate::app::reservation::notice;
use crate::http::internal::caller::AuthenticatedPerson;

/// Marks a notice as read; a repetition is no error.
#[utoipa::path(
    post, path = "/internal/v1/notices/{id}/read", tag = "reservations",
    params(("id" = String, Path, format = "uuid")), security(("service" = [], "session" = [])),
    responses(
        (status = 204),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode, ProblemResponse> {
    notice::read(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
