//! `DELETE /api/operator/v1/garages/{garage}/windows/{window}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{GarageId, WindowId};
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use super::AffectedPolicyQuery;
use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::if_match::IfMatch;
use crate::http::operator::caller::AuthenticatedOperator;

/// Ends a window, unless it has changed since the caller read it: it opens no more.
#[utoipa::path(
    delete, path = "/api/operator/v1/garages/{garage}/windows/{window}", tag = "operator",
    params(("garage" = String, Path), ("window" = String, Path), AffectedPolicyQuery, ("If-Match" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 204),
        (status = 409, description = "`reservations_affected`"),
        (status = 412, description = "`sharing_changed`"),
    )
)]
pub(crate) async fn end_window(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath((garage, window)): ApiPath<(GarageId, WindowId)>,
    ApiQuery(wish): ApiQuery<AffectedPolicyQuery>,
    seen: IfMatch,
) -> Result<StatusCode, ProblemResponse> {
    let known = (&window, seen.required()?);
    use_case::end(&app, &caller, &garage, known, wish.affected).await?;
    Ok(StatusCode::NO_CONTENT)
}
