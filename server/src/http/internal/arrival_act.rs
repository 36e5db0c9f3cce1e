//! `POST /internal/v1/arrivals/{id}/acts`.

use axum::Json;
use axum::extract::State;
use protocol::people::{Arrival, ArrivalAct};
use protocol::problem::Problem;
use service::http::{ApiJson, ProblemResponse};
use uuid::Uuid;

use super::caller::User;
use crate::app::{App, arrival_act as use_case};
use crate::http::input::ApiPath;

/// Confirms, rejects, releases, hands over or undoes. A repeated act changes nothing and returns the arrival as it
/// is.
#[utoipa::path(
    post, path = "/internal/v1/arrivals/{id}/acts", tag = "internal", request_body = ArrivalAct,
    params(("id" = String, Path, format = "uuid")), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Arrival),
        (status = 403, body = Problem, description = "`not_your_class`"),
        (status = 404, body = Problem, description = "`not_found`"),
        (status = 409, body = Problem,
            description = "`arrival_changed`: the screen was stale; `wrong_phase`, `nothing_to_undo`, `undo_too_late`"),
    )
)]
pub async fn arrival_act(
    State(app): State<App>,
    User(caller): User,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(asked): ApiJson<ArrivalAct>,
) -> Result<Json<Arrival>, ProblemResponse> {
    Ok(Json(use_case::act(&app, &caller, id, &asked).await?))
}
