//! `GET /api/v1/hall/stream`: the waiting hall, live.

use axum::extract::State;
use axum::response::Response;
use protocol::people::{Frame, HallArrival};
use protocol::problem::Problem;

use crate::App;
use crate::http::extract::After;
use crate::http::refusal::Refusal;
use crate::http::upgrade::Caller;
use crate::hub::Door;

/// WebSocket of the hall that the session's account shows; like the stream of a class.
#[utoipa::path(
    get, path = "/api/v1/hall/stream", tag = "hall", security(("session" = [])), params(After),
    responses(
        (status = 101, body = Frame<HallArrival>, description = "Frames of the WebSocket"),
        (status = "default", body = Problem),
    )
)]
pub async fn stream(State(app): State<App>, asked: After, caller: Caller) -> Result<Response, Refusal> {
    caller.connect(&app, Door::Hall, asked.after)
}
