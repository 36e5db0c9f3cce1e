//! `POST /api/v1/guardian/plates`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::people::{NewPlate, OwnPlate};
use protocol::problem::Problem;
use service::http::ApiJson;

use crate::App;
use crate::http::extract::Person;
use crate::http::plates::add::parsed;
use crate::http::refusal::Refusal;

/// The same as `POST /api/v1/plates`.
#[utoipa::path(
    post, path = "/api/v1/guardian/plates", tag = "parent", security(("session" = [])), request_body = NewPlate,
    responses(
        (status = 201, body = OwnPlate),
        (status = 422, body = Problem, description = "`invalid_plate`"),
        (status = "default", body = Problem),
    )
)]
pub async fn add_plate(
    State(app): State<App>,
    Person(session): Person,
    ApiJson(body): ApiJson<NewPlate>,
) -> Result<(StatusCode, Json<OwnPlate>), Refusal> {
    let plate = NewPlate { plate: parsed(&body.plate)?.as_str().to_owned(), ..body };
    Ok((StatusCode::CREATED, Json(app.server.add_plate(&plate, &session).await?)))
}
