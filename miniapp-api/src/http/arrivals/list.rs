//! `GET /api/v1/classes/{class}/arrivals`.

use axum::Json;
use axum::extract::State;
use domain::ids::ClassId;
use protocol::people::Arrivals;
use protocol::problem::Problem;

use crate::App;
use crate::http::extract::{After, At, Person};
use crate::http::refusal::Refusal;

/// The class's arrivals of today, or what changed since `after`.
#[utoipa::path(
    get, path = "/api/v1/classes/{class}/arrivals", tag = "teacher", security(("session" = [])),
    params(("class" = String, Path), After),
    responses((status = 200, body = Arrivals), (status = "default", body = Problem))
)]
pub async fn list(
    State(app): State<App>,
    At(class): At<ClassId>,
    asked: After,
    Person(session): Person,
) -> Result<Json<Arrivals>, Refusal> {
    Ok(Json(app.server.class_arrivals(&class, asked.after, &session).await?))
}
