//! `POST /internal/v1/notices/{id}/read`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::Problem;
use service::http::ProblemResponse;
use uuid::Uuid;

use crate::app::App;
use crate::app::reservation::notice;
use crate::http::input::ApiPath;
use crate::http::internal::caller::User;

/// Marks a notice as read; a repetition is no error.
#[utoipa::path(
    post, path = "/internal/v1/notices/{id}/read", tag = "reservations",
    params(("id" = String, Path, format = "uuid")), security(("service" = [], "session" = [])),
    responses(
        (status = 204),
        (status = 404, body = Problem, description = "`not_found`, also for another account's"),
        (status = "default", body = Problem),
    )
)]
pub async fn read(
    State(app): State<App>,
    User(caller): User,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode, ProblemResponse> {
    notice::read(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
