//! `POST /gateway/v1/enroll`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::enrolment::GatewayEnrolment;
use service::http::{ApiJson, ProblemResponse};

use crate::app::{App, enrolment};
use crate::http::peer::PeerAddress;

/// Enrols a garage's box: a one-off code admits the credential that the box has generated.
#[utoipa::path(
    post, path = "/gateway/v1/enroll", tag = "gateway", request_body = GatewayEnrolment,
    security(()),
    responses(
        (status = 204),
        (status = 403, description = "`enrolment_code_invalid`"),
        (status = 429, description = "`too_many_attempts`"),
    )
)]
pub(super) async fn enroll(
    State(app): State<App>,
    PeerAddress(from): PeerAddress,
    ApiJson(asked): ApiJson<GatewayEnrolment>,
) -> Result<StatusCode, ProblemResponse> {
    enrolment::enrol(&app, &asked, from).await?;
    Ok(StatusCode::NO_CONTENT)
}
