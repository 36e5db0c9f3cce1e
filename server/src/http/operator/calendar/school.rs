//! `GET /api/operator/v1/schools/{school}/calendar`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::ids::SchoolId;
use protocol::calendar::SchoolCalendarSpec;
use service::http::{ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::operator::calendar;
use crate::http::conditional;
use crate::http::operator::caller::AuthenticatedOperator;

/// The school's calendar with the `ETag` that a change of it must name, or 304.
#[utoipa::path(
    get, path = "/api/operator/v1/schools/{school}/calendar", tag = "operator",
    params(("school" = String, Path), ("If-None-Match" = Option<String>, Header)),
    security(("operator" = [])),
    responses(
        (status = 200, body = SchoolCalendarSpec, headers(("ETag" = String))),
        (status = 304, description = "Not changed"),
    )
)]
pub(crate) async fn school(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(school): ApiPath<SchoolId>,
    headers: HeaderMap,
) -> Result<Response, ProblemResponse> {
    let found = calendar::school(&app, &caller, &school).await?;
    Ok(conditional::json(&headers, &found.etag, "private, no-cache", &found.calendar))
}
