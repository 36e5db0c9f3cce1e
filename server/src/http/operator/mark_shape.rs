//! `POST /api/operator/v1/garages/{garage}/no-reading-shapes`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::operator::{MarkedShapeEntry, NewNoReadingShape};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::no_reading_shape;

/// Marks a message shape as no reading. Marking it again returns the first mark.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/no-reading-shapes", tag = "operator",
    request_body = NewNoReadingShape,
    params(("garage" = String, Path)), security(("operator" = [], "console" = [])),
    responses(
        (status = 201, body = MarkedShapeEntry),
        (status = 409, description = "`shape_not_reported`, `shape_resembles_reading`, `too_many_shapes`"),
    )
)]
pub(super) async fn mark_shape(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiJson(new): ApiJson<NewNoReadingShape>,
) -> Result<(StatusCode, Json<MarkedShapeEntry>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(no_reading_shape::mark(&app, &caller, &garage, &new).await?)))
}
