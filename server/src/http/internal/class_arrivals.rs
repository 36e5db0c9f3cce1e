//! `GET /internal/v1/classes/{class}/arrivals`.

use axum::Json;
use axum::extract::State;
use domain::ids::ClassId;
use protocol::people::Arrivals;
use protocol::problem::Problem;
use service::http::ProblemResponse;

use super::caller::User;
use crate::app::{App, arrival_board};
use crate::http::input::{After, ApiPath, ApiQuery};

/// A class's arrivals of today, for its teachers. The first reading of a session and day is audited.
#[utoipa::path(
    get, path = "/internal/v1/classes/{class}/arrivals", tag = "internal",
    params(("class" = String, Path), After), security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Arrivals),
        (status = 403, body = Problem, description = "`not_your_class`"),
    )
)]
pub async fn class_arrivals(
    State(app): State<App>,
    User(caller): User,
    ApiPath(class): ApiPath<ClassId>,
    ApiQuery(query): ApiQuery<After>,
) -> Result<Json<Arrivals>, ProblemResponse> {
    Ok(Json(arrival_board::read(&app, &caller, &class, query.after).await?))
}
