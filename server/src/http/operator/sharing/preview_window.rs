//! `POST /api/operator/v1/garages/{garage}/windows/preview`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::sharing::{SharingChangePreview, WindowPreviewRequest};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::operator::caller::AuthenticatedOperator;

/// The effects of a new, changed or ended window; nothing is written.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/windows/preview", tag = "operator",
    request_body = WindowPreviewRequest,
    params(("garage" = String, Path)), security(("operator" = [], "console" = [])),
    responses((status = 200, body = SharingChangePreview))
)]
pub(crate) async fn preview_window(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiJson(asked): ApiJson<WindowPreviewRequest>,
) -> Result<Json<SharingChangePreview>, ProblemResponse> {
    Ok(Json(use_case::preview(&app, &caller, &garage, &asked).await?))
}
