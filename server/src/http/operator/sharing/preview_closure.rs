//! `POST /api/operator/v1/garages/{garage}/closures/preview`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::sharing::{NewClosure, SharingChangePreview};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::sharing::closures as use_case;
use crate::http::operator::caller::AuthenticatedOperator;

/// The reservations that a closure would affect; nothing is written.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/closures/preview", tag = "operator",
    request_body = NewClosure,
    params(("garage" = String, Path)), security(("operator" = [], "console" = [])),
    responses((status = 200, body = SharingChangePreview))
)]
pub(crate) async fn preview_closure(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiJson(asked): ApiJson<NewClosure>,
) -> Result<Json<SharingChangePreview>, ProblemResponse> {
    Ok(Json(use_case::preview(&app, &caller, &garage, &asked).await?))
}
