//! `PUT /api/operator/v1/garages/{garage}/windows/{window}`.

use axum::Json;
use axum::extract::State;
use domain::ids::{GarageId, WindowId};
use protocol::sharing::{WindowEntry, WindowSpec};
use service::http::{ApiJson, ApiPath, ApiQuery, ProblemResponse};

use super::AffectedPolicyQuery;
use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::if_match::IfMatch;
use crate::http::operator::caller::AuthenticatedOperator;

/// Replaces a window, unless it has changed since the caller read it.
#[utoipa::path(
    put, path = "/api/operator/v1/garages/{garage}/windows/{window}", tag = "operator",
    request_body = WindowSpec,
    params(("garage" = String, Path), ("window" = String, Path), AffectedPolicyQuery, ("If-Match" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 200, body = WindowEntry),
        (status = 409, description = "`window_conflict`, `reservations_affected`"),
        (status = 412, description = "`sharing_changed`"),
    )
)]
pub(crate) async fn put_window(
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
