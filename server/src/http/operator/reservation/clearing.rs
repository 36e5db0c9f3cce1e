//! `GET /api/operator/v1/garages/{garage}/clearing`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::reservation::operator::ClearingList;
use serde::Deserialize;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use crate::app::App;
use crate::app::operator::reservation::clearing as use_case;
use crate::http::operator::caller::AuthenticatedOperator;

/// `?by=TIME`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ClearingQuery {
    /// Absent: the next beginning of pickup.
    #[serde(default)]
    by: Option<Timestamp>,
}

/// The cars that must leave by then. Each read is audited, because it shows plates.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/clearing", tag = "operator",
    params(("garage" = String, Path), ClearingQuery), security(("operator" = [])),
    responses((status = 200, body = ClearingList))
)]
pub(crate) async fn clearing(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<ClearingQuery>,
) -> Result<Json<ClearingList>, ProblemResponse> {
    Ok(Json(use_case::clearing(&app, &caller, &garage, asked.by).await?))
}
