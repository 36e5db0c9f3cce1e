//! `GET /api/operator/v1/garages/{garage}/open-orders`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::CursorPage;
use protocol::order::RemoteOrderEntry;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use super::adjustments::UuidCursorQuery;
use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::open_order;

/// Remote orders with author, reason and outcome, newest first.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/open-orders", tag = "operator",
    params(("garage" = String, Path), UuidCursorQuery), security(("operator" = [])),
    responses((status = 200, body = CursorPage<RemoteOrderEntry>))
)]
pub(super) async fn open_orders(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(place): ApiQuery<UuidCursorQuery>,
) -> Result<Json<CursorPage<RemoteOrderEntry>>, ProblemResponse> {
    Ok(Json(open_order::page(&app, &caller, &garage, place.cursor).await?))
}
