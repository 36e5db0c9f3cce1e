//! `GET /internal/v1/classes/{class}/arrivals`.

use axum::Json;
use axum::extract::State;
use domain::ids::ClassId;
use protocol::people::{AfterCursorQuery, ClassArrivals};
use protocol::problem::ProblemDetails;
use service::http::{ApiPath, ApiQuery, ProblemResponse};

use super::caller::AuthenticatedPerson;
use crate::app::{App, arrival_board};

/// A class's arrivals of today, for its teachers. The first reading of a session and day is audited.
#[utoipa::path(
    get, path = "/internal/v1/classes/{class}/arrivals", tag = "teacher",
    params(("class" = String, Path), AfterCursorQuery), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = ClassArrivals),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = 403, body = ProblemDetails, description = "`not_your_class`"),
        (status = 404, body = ProblemDetails, description = "`not_found`: the text is no id"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn class_arrivals(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(class): ApiPath<ClassId>,
    ApiQuery(query): ApiQuery<AfterCursorQuery>,
) -> Result<Json<ClassArrivals>, ProblemResponse> {
    Ok(Json(arrival_board::read(&app, &caller, &class, query.after).await?))
}
