//! `GET /internal/v1/notices`.

use axum::Json;
use axum::extract::State;
use protocol::problem::Problem;
use protocol::reservation::Notices;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::reservation::notice;
use crate::http::internal::caller::User;

/// News of the caller's reservations, newest first, at most 50.
#[utoipa::path(
    get, path = "/internal/v1/notices", tag = "reservations",
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Notices),
        (status = "default", body = Problem),
    )
)]
pub async fn list(State(app): State<App>, User(caller): User) -> Result<Json<Notices>, ProblemResponse> {
    Ok(Json(notice::list(&app, &caller).await?))
}
