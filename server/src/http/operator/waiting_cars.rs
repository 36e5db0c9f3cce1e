//! `GET /api/operator/v1/garages/{garage}/waiting-cars`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::at_gate::WaitingCars;
use service::http::{ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::waiting_cars as use_case;

/// Cars that were refused within the last minutes and still wait, according to the gateway's reports.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/waiting-cars", tag = "operator",
    params(("garage" = String, Path)), security(("operator" = [])),
    responses((status = 200, body = WaitingCars))
)]
pub(super) async fn waiting_cars(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
) -> Result<Json<WaitingCars>, ProblemResponse> {
    Ok(Json(WaitingCars { items: use_case::list(&app, &caller, &garage).await? }))
}
