//! `DELETE /api/operator/v1/garages/{garage}/no-reading-shapes/{device}/{shape}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{DeviceId, GarageId};
use service::http::{ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::no_reading_shape;

/// Deletes a mark.
#[utoipa::path(
    delete, path = "/api/operator/v1/garages/{garage}/no-reading-shapes/{device}/{shape}", tag = "operator",
    params(("garage" = String, Path), ("device" = String, Path), ("shape" = String, Path)),
    security(("operator" = [], "console" = [])),
    responses((status = 204))
)]
pub(super) async fn unmark_shape(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath((garage, device, shape)): ApiPath<(GarageId, DeviceId, String)>,
) -> Result<StatusCode, ProblemResponse> {
    no_reading_shape::unmark(&app, &caller, &garage, &device, &shape).await?;
    Ok(StatusCode::NO_CONTENT)
}
