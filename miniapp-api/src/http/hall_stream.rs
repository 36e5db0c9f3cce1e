//! `GET /api/v1/hall/stream`: the waiting hall, live.

use axum::extract::State;
use axum::response::Response;
use protocol::people::{AfterCursorQuery, HallArrival, StreamFrame};
use protocol::problem::ProblemDetails;
use service::http::ApiQuery;

use super::refusal::MiniappApiError;
use super::upgrade::WebSocketRequest;
use crate::MiniappState;
use crate::hub::StreamTarget;

/// WebSocket of the hall that the session's account shows; like the stream of a class.
#[utoipa::path(
    get, path = "/api/v1/hall/stream", tag = "hall", security(("session" = [])), params(AfterCursorQuery),
    responses(
        (status = 101, body = StreamFrame<HallArrival>, description = "Frames of the WebSocket"),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`; `websocket_expected`"),
        (status = 403, body = ProblemDetails, description = "`origin_refused`"),
        (status = 426, body = ProblemDetails, description = "`websocket_expected`"),
        (status = 429, body = ProblemDetails, description = "`too_many_connections`: of this session"),
        (status = 503, body = ProblemDetails, description = "`too_many_connections`: of all"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn hall_stream(
    State(app): State<MiniappState>,
    ApiQuery(query): ApiQuery<AfterCursorQuery>,
    caller: WebSocketRequest,
) -> Result<Response, MiniappApiError> {
    caller.connect(&app, StreamTarget::Hall, query.after)
}
