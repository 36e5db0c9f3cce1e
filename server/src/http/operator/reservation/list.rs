//! `GET /api/operator/v1/garages/{garage}/reservations`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::reservation::ReservationPage;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use super::ReservationDayQuery;
use crate::app::App;
use crate::app::operator::reservation;
use crate::http::operator::caller::AuthenticatedOperator;

/// A local day's reservations, newest start first. Each read is audited, because it shows plates.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/reservations", tag = "operator",
    params(("garage" = String, Path), ReservationDayQuery), security(("operator" = [])),
    responses((status = 200, body = ReservationPage))
)]
pub(crate) async fn list(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(asked): ApiQuery<ReservationDayQuery>,
) -> Result<Json<ReservationPage>, ProblemResponse> {
    Ok(Json(reservation::page(&app, &caller, &garage, asked.day, asked.cursor.as_deref()).await?))
}
