//! `POST /api/v1/plates`, and the same as `POST /api/v1/guardian/plates`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::plate::Plate;
use protocol::people::{NewPlate, OwnPlate};
use protocol::problem::ProblemDetails;
use service::http::ApiJson;

use crate::MiniappState;
use crate::http::extract::BearerSession;
use crate::http::refusal::MiniappApiError;

/// Registers a plate of mine; three at most.
#[utoipa::path(
    post, path = "/api/v1/plates", tag = "plates", security(("session" = [])), request_body = NewPlate,
    responses(
        (status = 201, body = OwnPlate),
        (status = 409, body = ProblemDetails, description = "`plate_taken`, `too_many_plates`"),
        (status = 422, body = ProblemDetails, description = "`invalid_plate`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn add(
    State(app): State<MiniappState>,
    BearerSession(session): BearerSession,
    ApiJson(body): ApiJson<NewPlate>,
) -> Result<(StatusCode, Json<OwnPlate>), MiniappApiError> {
    let plate = NewPlate { plate: parsed(&body.plate)?.as_str().to_owned(), ..body };
    Ok((StatusCode::CREATED, Json(app.server.add_plate(&plate, &session).await?)))
}

/// A plate in its normal form, or a problem that names the field.
pub fn parsed(text: &str) -> Result<Plate, MiniappApiError> {
    Plate::parse(text).map_err(|error| {
        let problem = ProblemDetails::new(422, "invalid_plate", "Invalid number plate").field("plate");
        problem.detail(error.to_string()).into()
    })
}
