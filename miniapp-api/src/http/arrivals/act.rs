//! `POST /api/v1/arrivals/{id}/acts`.

use axum::Json;
use axum::extract::State;
use protocol::people::{Arrival, ArrivalAct};
use protocol::problem::Problem;
use service::http::ApiJson;
use uuid::Uuid;

use crate::App;
use crate::http::extract::{At, Person};
use crate::http::refusal::Refusal;

/// Confirms, rejects, releases, hands over or undoes. `act` is one of `confirm`, `reject`, `release`, `hand_over`, `undo`.
#[utoipa::path(
    post, path = "/api/v1/arrivals/{id}/acts", tag = "teacher", security(("session" = [])),
    params(("id" = String, Path)), request_body = ArrivalAct,
    responses(
        (status = 200, body = Arrival),
        (status = 409, body = Problem, description = "`arrival_changed`: the screen was stale"),
        (status = "default", body = Problem),
    )
)]
pub async fn act(
    State(app): State<App>,
    At(id): At<Uuid>,
    Person(session): Person,
    ApiJson(body): ApiJson<ArrivalAct>,
) -> Result<Json<Arrival>, Refusal> {
    Ok(Json(app.server.act(id, &body, &session).await?))
}
