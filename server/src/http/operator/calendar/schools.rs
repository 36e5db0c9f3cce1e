//! `GET /api/operator/v1/schools`.

use axum::Json;
use axum::extract::State;
use protocol::calendar::Schools;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::operator::calendar;
use crate::http::operator::caller::Operator;

/// The schools whose garages the operator runs.
pub async fn schools(
    State(app): State<App>,
    Operator(caller): Operator,
) -> Result<Json<Schools>, ProblemResponse> {
    Ok(Json(calendar::schools(&app, &caller).await?))
}
