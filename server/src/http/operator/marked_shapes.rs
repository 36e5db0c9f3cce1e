//! `GET /api/operator/v1/garages/{garage}/no-reading-shapes`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{CursorPage, MarkedShapeEntry};
use service::http::{ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::no_reading_shape;

/// The garage's marked shapes, newest first: all of them, since their number has a limit.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/no-reading-shapes", tag = "operator",
    params(("garage" = String, Path)), security(("operator" = [])),
    responses((status = 200, body = CursorPage<MarkedShapeEntry>))
)]
pub(super) async fn marked_shapes(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<CursorPage<MarkedShapeEntry>>, ProblemResponse> {
    Ok(Json(CursorPage { items: no_reading_shape::list(&app, &caller, &garage).await?, next: None }))
}
