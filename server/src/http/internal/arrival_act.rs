//! `POST /internal/v1/arrivals/{id}/acts`.

use axum::Json;
use axum::extract::State;
use domain::ids::ArrivalId;
use protocol::people::{ArrivalAct, ClassArrival};
use protocol::problem::ProblemDetails;
use service::http::{ApiJson, ApiPath, ProblemResponse};

use super::caller::AuthenticatedPerson;
use crate::app::{App, arrival_act as use_case};

/// Confirms, rejects, releases, hands over or undoes. A repeated act changes nothing and returns the arrival as it
/// is.
#[utoipa::path(
    post, path = "/internal/v1/arrivals/{id}/acts", tag = "teacher", request_body = ArrivalAct,
    params(("id" = String, Path, format = "uuid")), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = ClassArrival),
        (status = 400, body = ProblemDetails, description = "`malformed_json`"),
        (status = 403, body = ProblemDetails, description = "`not_your_class`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 409, body = ProblemDetails,
            description = "`arrival_changed`: the screen was stale; `wrong_phase`, `nothing_to_undo`, `undo_too_late`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn arrival_act(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(id): ApiPath<ArrivalId>,
    ApiJson(asked): ApiJson<ArrivalAct>,
) -> Result<Json<ClassArrival>, ProblemResponse> {
    Ok(Json(use_case::act(&app, &caller, id, &asked).await?))
}
