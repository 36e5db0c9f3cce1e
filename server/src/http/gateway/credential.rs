//! `POST /gateway/v1/credential`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use protocol::enrolment::CredentialRenewal;
use service::http::{ApiJson, ProblemResponse};

use super::caller::AuthenticatedGateway;
use crate::app::{App, enrolment};
use crate::http::{bearer, fail};

/// Stores the gateway's next token; its first use ends the present one.
#[utoipa::path(
    post, path = "/gateway/v1/credential", tag = "gateway", request_body = CredentialRenewal,
    security(("gateway" = [])),
    responses((status = 204), (status = 409, description = "`not_enrolled`"))
)]
pub(super) async fn credential(
    State(app): State<App>,
    AuthenticatedGateway(garage, _): AuthenticatedGateway,
    headers: HeaderMap,
    ApiJson(asked): ApiJson<CredentialRenewal>,
) -> Result<StatusCode, ProblemResponse> {
    let current = bearer::token(&headers).ok_or_else(fail::unknown_gateway)?;
    enrolment::offer(&app, &garage, current, &asked).await?;
    Ok(StatusCode::NO_CONTENT)
}
