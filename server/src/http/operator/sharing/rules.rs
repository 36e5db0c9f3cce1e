//! `GET /api/operator/v1/garages/{garage}/sharing-rules`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::ids::GarageId;
use protocol::sharing::SharingRulesSpec;
use service::http::{ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::sharing::rules as use_case;
use crate::http::conditional;
use crate::http::operator::caller::AuthenticatedOperator;

/// Strikes and limits, with the `ETag` that a change of them must name, or 304.
#[utoipa::path(
    get, path = "/api/operator/v1/garages/{garage}/sharing-rules", tag = "operator",
    params(("garage" = String, Path), ("If-None-Match" = Option<String>, Header)),
    security(("operator" = [])),
    responses(
        (status = 200, body = SharingRulesSpec, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(crate) async fn rules(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    let found = use_case::read(&app, &caller, &garage).await?;
    Ok(conditional::json(&headers, &found.etag, "private, no-cache", &found.rules))
}
