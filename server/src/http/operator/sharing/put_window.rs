//! `PUT /api/operator/v1/garages/{garage}/windows/{window}`.

use axum::Json;
use axum::extract::State;
use domain::ids::{GarageId, WindowId};
use protocol::sharing::{WindowEntry, WindowSpec};
use service::http::{ApiJson, ProblemResponse};

use super::AffectedPolicyQuery;
use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::if_match::IfMatch;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::operator::caller::AuthenticatedOperator;

/// Replaces a window, unless it has changed since the caller read it.
pub async fn put_window(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath((garage, window)): ApiPath<(GarageId, WindowId)>,
    ApiQuery(wish): ApiQuery<AffectedPolicyQuery>,
    seen: IfMatch,
    ApiJson(rule): ApiJson<WindowSpec>,
) -> Result<Json<WindowEntry>, ProblemResponse> {
    let known = (&window, seen.required()?);
    Ok(Json(use_case::update(&app, &caller, &garage, known, &rule, wish.affected).await?))
}
