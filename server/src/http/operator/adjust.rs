//! `POST /api/operator/v1/garages/{garage}/adjustments`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::ids::GarageId;
use process::http::{ApiJson, ProblemResponse};
use protocol::operator::{Adjustment, NewAdjustment};
use protocol::problem::Problem;

use super::caller::Operator;
use crate::app::App;
use crate::app::operator::adjustment;
use crate::http::input::ApiPath;

const KEY: &str = "idempotency-key";

/// Longest key: a UUID has 36 characters.
const MAX_KEY: usize = 100;

/// Appends a correction of the count. The same key again gives the same answer.
pub async fn adjust(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    headers: HeaderMap,
    ApiJson(new): ApiJson<NewAdjustment>,
) -> Result<(StatusCode, Json<Adjustment>), ProblemResponse> {
    let key = headers.get(KEY).and_then(|value| value.to_str().ok()).map(str::trim);
    let key = key.filter(|key| (1..=MAX_KEY).contains(&key.len())).ok_or_else(|| {
        Problem::new(
            400,
            "idempotency_key_missing",
            "The header Idempotency-Key is needed, 1 to 100 characters",
        )
    })?;
    Ok((StatusCode::CREATED, Json(adjustment::add(&app, &caller, &garage, key, &new).await?)))
}
