//! `POST /api/v1/guardian/plates`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::people::{NewPlate, OwnPlate};
use protocol::problem::ProblemDetails;
use service::http::ApiJson;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::plates::add::parsed;
use crate::http::refusal::MiniappApiError;

/// The same as `POST /api/v1/plates`.
#[utoipa::path(
    post, path = "/api/v1/guardian/plates", tag = "parent", security(("session" = [])), request_body = NewPlate,
    responses(
        (status = 201, body = OwnPlate),
        (status = 422, body = ProblemDetails, description = "`invalid_plate`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn add_plate(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
    ApiJson(body): ApiJson<NewPlate>,
) -> Result<(StatusCode, Json<OwnPlate>), MiniappApiError> {
    let plate = NewPlate { plate: parsed(&body.plate)?.as_str().to_owned(), ..body };
    Ok((StatusCode::CREATED, Json(app.server.add_plate(&plate, &session).await?)))
}
