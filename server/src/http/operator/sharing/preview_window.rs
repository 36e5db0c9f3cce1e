//! `POST /api/operator/v1/garages/{garage}/windows/preview`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::sharing::{Preview, WindowPreview};
use service::http::{ApiJson, ProblemResponse};

use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::input::ApiPath;
use crate::http::operator::caller::Operator;

/// The effects of a new, changed or ended window; nothing is written.
pub async fn preview_window(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiJson(asked): ApiJson<WindowPreview>,
) -> Result<Json<Preview>, ProblemResponse> {
    Ok(Json(use_case::preview(&app, &caller, &garage, &asked).await?))
}
