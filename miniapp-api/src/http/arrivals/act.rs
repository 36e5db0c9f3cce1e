//! `POST /api/v1/arrivals/{id}/acts`.

use axum::Json;
use axum::extract::State;
use domain::ids::ArrivalId;
use protocol::people::{ArrivalAct, ClassArrival};
use protocol::problem::ProblemDetails;
use service::http::ApiJson;

use crate::MiniappState;
use crate::http::extract::{BearerSession, PathParameter};
use crate::http::refusal::MiniappApiError;

/// Confirms, rejects, releases, hands over or undoes. `act` is one of `confirm`, `reject`, `release`, `hand_over`, `undo`.
#[utoipa::path(
    post, path = "/api/v1/arrivals/{id}/acts", tag = "teacher", security(("session" = [])),
    params(("id" = String, Path)), request_body = ArrivalAct,
    responses(
        (status = 200, body = ClassArrival),
        (status = 409, body = ProblemDetails, description = "`arrival_changed`: the screen was stale"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn act(
    State(app): State<MiniappState>,
    PathParameter(id): PathParameter<ArrivalId>,
    BearerSession(session): BearerSession,
    ApiJson(body): ApiJson<ArrivalAct>,
) -> Result<Json<ClassArrival>, MiniappApiError> {
    Ok(Json(app.server.act(id, &body, &session).await?))
}
