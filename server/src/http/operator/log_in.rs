//! `POST /api/operator/v1/sessions`.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::operator::OperatorLogIn;
use service::http::{ApiJson, ProblemResponse};

use super::cookie;
use crate::app::App;
use crate::app::operator::session;
use crate::http::peer::PeerAddress;

/// Checks the password. The session token is in the cookie only.
#[utoipa::path(
    post, path = "/api/operator/v1/sessions", tag = "operator", request_body = OperatorLogIn,
    security(("console" = [])),
    responses(
        (status = 204, headers(("Set-Cookie" = String))),
        (status = 401, description = "`bad_credentials`"),
        (status = 429, description = "`too_many_attempts`"),
    )
)]
pub(super) async fn log_in(
    State(app): State<App>,
    PeerAddress(from): PeerAddress,
    ApiJson(asked): ApiJson<OperatorLogIn>,
) -> Result<Response, ProblemResponse> {
    let token = session::log_in(&app, asked, from).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(value) = cookie::set(&app, &token) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}
