//! `PUT /api/operator/v1/garages/{garage}/pools`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ids::GarageId;
use protocol::sharing::Pools;
use service::http::{ApiJson, ProblemResponse};

use super::{OfAffected, required};
use crate::app::App;
use crate::app::operator::sharing::pools as use_case;
use crate::http::if_match::IfMatch;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::operator::caller::Operator;

/// Replaces the garage's pools, unless they have changed since the caller read them.
pub async fn put_pools(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(wish): ApiQuery<OfAffected>,
    seen: IfMatch,
    ApiJson(entered): ApiJson<Pools>,
) -> Result<Response, ProblemResponse> {
    let seen = required(&seen)?;
    let put = use_case::put(&app, &caller, &garage, seen, &entered, wish.affected).await?;
    Ok(([(header::ETAG, put.etag)], Json(put.pools)).into_response())
}
