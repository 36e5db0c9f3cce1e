//! `DELETE /api/v1/guardian/plates/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use protocol::problem::Problem;
use uuid::Uuid;

use crate::App;
use crate::http::extract::{At, Person};
use crate::http::refusal::Refusal;

/// Removes a plate of mine. It no longer opens any gate.
#[utoipa::path(
    delete, path = "/api/v1/guardian/plates/{id}", tag = "parent", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = Problem))
)]
pub async fn remove_plate(
    State(app): State<App>,
    At(id): At<Uuid>,
    Person(session): Person,
) -> Result<StatusCode, Refusal> {
    app.server.remove_plate(id, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
