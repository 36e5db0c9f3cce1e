//! `PUT /api/operator/v1/schools/{school}/calendar`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ids::SchoolId;
use protocol::calendar::SchoolCalendarSpec;
use service::http::{ApiJson, ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::calendar;
use crate::http::if_match::IfMatch;
use crate::http::operator::caller::AuthenticatedOperator;

/// Replaces the school's calendar, unless it has changed since the caller read it.
#[utoipa::path(
    put, path = "/api/operator/v1/schools/{school}/calendar", tag = "operator",
    request_body = SchoolCalendarSpec,
    params(("school" = String, Path), ("If-Match" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 200, body = SchoolCalendarSpec, headers(("ETag" = String))),
        (status = 412, description = "`calendar_changed`"),
    )
)]
pub(crate) async fn put_school(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(school): ApiPath<SchoolId>,
    seen: IfMatch,
    ApiJson(entered): ApiJson<SchoolCalendarSpec>,
) -> Result<Response, ProblemResponse> {
    let put = calendar::put_school(&app, &caller, &school, seen.required()?, &entered).await?;
    Ok(([(header::ETAG, put.etag)], Json(put.calendar)).into_response())
}
