//! `GET /api/public/v3/parking-sites/{id}/forecast`: what ParkAPI does not have.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::reservation::PoolForecasts;
use serde::Deserialize;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use super::{CACHE_CONTROL, wrong};
use crate::app::App;
use crate::app::public_sites::forecast as use_case;
use crate::http::conditional;

/// `?hours=24`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ForecastQuery {
    #[serde(default)]
    hours: Option<u32>,
}

/// Open spaces for the public in the coming hours, in steps of a quarter of an hour.
#[utoipa::path(
    get, path = "/v3/parking-sites/{id}/forecast", tag = "public",
    params(("id" = i64, Path), ForecastQuery, ("If-None-Match" = Option<String>, Header)), security(()),
    responses(
        (status = 200, body = PoolForecasts, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(super) async fn forecast(
    State(app): State<App>,
    headers: HeaderMap,
    ApiPath(id): ApiPath<i64>,
    ApiQuery(asked): ApiQuery<ForecastQuery>,
) -> Result<Response, ProblemResponse> {
    let hours = asked.hours.unwrap_or(use_case::DEFAULT_HOURS);
    if !(1..=use_case::MOST_HOURS).contains(&hours) {
        return Err(wrong("hours", "hours must be 1 to 72"));
    }
    let forecast = use_case::forecast(&app, id, hours).await?;
    Ok(conditional::json(&headers, &forecast.etag, CACHE_CONTROL, &forecast.body))
}
