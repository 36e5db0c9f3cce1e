//! `POST /internal/v1/sessions`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::people::{NewPersonSession, PersonSession};
use protocol::problem::ProblemDetails;
use service::http::{ApiJson, ProblemResponse};

use crate::app::{App, session};

/// Opens a session for the person whose WeChat account is `openid`. With `register`, an unknown account becomes a
/// driver.
#[utoipa::path(
    post, path = "/internal/v1/sessions", tag = "sessions", request_body = NewPersonSession,
    security(("service" = [])),
    responses(
        (status = 201, body = PersonSession),
        (status = 400, body = ProblemDetails, description = "`malformed_json`"),
        (status = 403, body = ProblemDetails, description = "`bind_code_invalid`: unknown, used or too old"),
        (status = 404, body = ProblemDetails, description = "`person_not_bound`: a bind code is needed"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`"),
        (status = 429, body = ProblemDetails, description = "`too_many_attempts`: 5 wrong codes in 15 minutes"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn open_session(
    State(app): State<App>,
    ApiJson(asked): ApiJson<NewPersonSession>,
) -> Result<(StatusCode, Json<PersonSession>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(session::open(&app, &asked).await?)))
}
