//! `GET /api/public/v3/parking-sites/{id}/forecast`: what ParkAPI does not have.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use process::http::ProblemResponse;
use protocol::problem::Problem;
use serde::Deserialize;

use super::CACHE_CONTROL;
use crate::app::App;
use crate::app::public_sites::forecast as use_case;
use crate::http::conditional;
use crate::http::input::{ApiPath, ApiQuery};

/// `?hours=24`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Asked {
    #[serde(default)]
    hours: Option<u32>,
}

/// Open spaces for the public in the coming hours, in steps of a quarter of an hour.
pub async fn forecast(
    State(app): State<App>,
    headers: HeaderMap,
    ApiPath(id): ApiPath<i64>,
    ApiQuery(asked): ApiQuery<Asked>,
) -> Result<Response, ProblemResponse> {
    let hours = asked.hours.unwrap_or(use_case::DEFAULT_HOURS);
    if !(1..=use_case::MOST_HOURS).contains(&hours) {
        let problem = Problem::new(400, "invalid_query", "The query string is wrong").field("hours");
        return Err(problem.detail("hours must be 1 to 72").into());
    }
    let forecast = use_case::forecast(&app, id, hours).await?;
    Ok(conditional::json(&headers, &forecast.etag, CACHE_CONTROL, &forecast.body))
}
