//! `PUT /api/operator/v1/garages/{garage}/pools`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ids::GarageId;
use protocol::sharing::PoolList;
use service::http::{ApiJson, ApiPath, ApiQuery, ProblemResponse};

use super::AffectedPolicyQuery;
use crate::app::App;
use crate::app::operator::sharing::pools as use_case;
use crate::http::if_match::IfMatch;
use crate::http::operator::caller::AuthenticatedOperator;

/// Replaces the garage's pools, unless they have changed since the caller read them.
#[utoipa::path(
    put, path = "/api/operator/v1/garages/{garage}/pools", tag = "operator", request_body = PoolList,
    params(("garage" = String, Path), AffectedPolicyQuery, ("If-Match" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 200, body = PoolList, headers(("ETag" = String))),
        (status = 409, description = "`window_conflict`, `reservations_affected`, `pool_in_use`"),
        (status = 412, description = "`sharing_changed`"),
    )
)]
pub(crate) async fn put_pools(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(wish): ApiQuery<AffectedPolicyQuery>,
    seen: IfMatch,
    ApiJson(entered): ApiJson<PoolList>,
) -> Result<Response, ProblemResponse> {
    let seen = seen.required()?;
    let put = use_case::put(&app, &caller, &garage, seen, &entered, wish.affected).await?;
    Ok(([(header::ETAG, put.etag)], Json(put.pools)).into_response())
}
