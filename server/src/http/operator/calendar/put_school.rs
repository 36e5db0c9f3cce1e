//! `PUT /api/operator/v1/schools/{school}/calendar`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::ids::SchoolId;
use protocol::calendar::SchoolCalendarSpec;
use protocol::problem::ProblemDetails;
use service::http::{ApiJson, ProblemResponse};

use crate::app::App;
use crate::app::operator::calendar;
use crate::http::input::ApiPath;
use crate::http::operator::caller::AuthenticatedOperator;

/// Replaces the school's calendar, unless it has changed since the caller read it.
#[utoipa::path(
    put, path = "/api/operator/v1/schools/{school}/calendar", tag = "operator",
    params(("school" = String, Path)),
    security(("operator" = [], "console" = []))
)]
pub async fn put_school(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(school): ApiPath<SchoolId>,
    headers: HeaderMap,
    ApiJson(entered): ApiJson<SchoolCalendarSpec>,
) -> Result<Response, ProblemResponse> {
    let seen = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let seen = seen.ok_or_else(|| {
        ProblemDetails::new(428, "if_match_missing", "If-Match header required, with the ETag last read")
    })?;
    let put = calendar::put_school(&app, &caller, &school, seen, &entered).await?;
    Ok(([(header::ETAG, put.etag)], Json(put.calendar)).into_response())
}
