//! `PUT /api/operator/v1/garages/{garage}/sharing-rules`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ids::GarageId;
use protocol::sharing::SharingRulesSpec;
use service::http::{ApiJson, ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::sharing::rules as use_case;
use crate::http::if_match::IfMatch;
use crate::http::operator::caller::AuthenticatedOperator;

/// Replaces the garage's rules, unless they have changed since the caller read them.
#[utoipa::path(
    put, path = "/api/operator/v1/garages/{garage}/sharing-rules", tag = "operator",
    request_body = SharingRulesSpec,
    params(("garage" = String, Path), ("If-Match" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 200, body = SharingRulesSpec, headers(("ETag" = String))),
        (status = 412, description = "`sharing_changed`"),
    )
)]
pub(crate) async fn put_rules(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    seen: IfMatch,
    ApiJson(entered): ApiJson<SharingRulesSpec>,
) -> Result<Response, ProblemResponse> {
    let put = use_case::put(&app, &caller, &garage, seen.required()?, &entered).await?;
    Ok(([(header::ETAG, put.etag)], Json(put.rules)).into_response())
}
