//! `DELETE /api/operator/v1/sessions/current`.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use service::http::ProblemResponse;

use super::caller::AuthenticatedOperator;
use super::cookie;
use crate::app::App;
use crate::app::operator::session;

#[utoipa::path(
    delete, path = "/api/operator/v1/sessions/current", tag = "operator",
    security(("operator" = [], "console" = [])),
    responses((status = 204, headers(("Set-Cookie" = String))))
)]
pub(super) async fn log_out(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
) -> Result<Response, ProblemResponse> {
    session::end(&app, &caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(value) = cookie::forget(&app) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}
