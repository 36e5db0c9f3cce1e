//! `GET /api/v1/hall/stream`: the waiting hall, live.

use axum::extract::State;
use axum::response::Response;
use protocol::people::{HallArrival, StreamFrame};
use protocol::problem::ProblemDetails;

use crate::MiniappState;
use crate::http::extract::CursorQuery;
use crate::http::refusal::MiniappApiError;
use crate::http::upgrade::WebSocketRequest;
use crate::hub::StreamTarget;

/// WebSocket of the hall that the session's account shows; like the stream of a class.
#[utoipa::path(
    get, path = "/api/v1/hall/stream", tag = "hall", security(("session" = [])), params(CursorQuery),
    responses(
        (status = 101, body = StreamFrame<HallArrival>, description = "Frames of the WebSocket"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn stream(
    State(app): State<MiniappState>,
    asked: CursorQuery,
    caller: WebSocketRequest,
) -> Result<Response, MiniappApiError> {
    caller.connect(&app, StreamTarget::Hall, asked.after)
}
