//! `GET /internal/v1/notices`.

use axum::Json;
use axum::extract::State;
use protocol::problem::ProblemDetails;
use protocol::reservation::DriverNotices;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::reservation::notice;
use crate::http::internal::caller::AuthenticatedPerson;

/// News of the caller's reservations, newest first, at most 50.
#[utoipa::path(
    get, path = "/internal/v1/notices", tag = "reservations",
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = DriverNotices),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
) -> Result<Json<DriverNotices>, ProblemResponse> {
    Ok(Json(notice::list(&app, &caller).await?))
}
