//! `PUT /api/operator/v1/garages/{garage}/windows/{window}`.

use axum::Json;
use axum::extract::State;
use domain::ids::{GarageId, WindowId};
use protocol::sharing::{Window, WindowSpec};
use service::http::{ApiJson, ProblemResponse};

use super::{OfAffected, required};
use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::if_match::IfMatch;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::operator::caller::Operator;

/// Replaces a window, unless it has changed since the caller read it.
pub async fn put_window(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath((garage, window)): ApiPath<(GarageId, WindowId)>,
    ApiQuery(wish): ApiQuery<OfAffected>,
    seen: IfMatch,
    ApiJson(rule): ApiJson<WindowSpec>,
) -> Result<Json<Window>, ProblemResponse> {
    let known = (&window, required(&seen)?);
    Ok(Json(use_case::update(&app, &caller, &garage, known, &rule, wish.affected).await?))
}
