//! `GET /api/v1/classes/{class}/arrivals/stream`: the class's arrivals, live.

use axum::extract::State;
use axum::response::Response;
use domain::ids::ClassId;
use protocol::people::{AfterCursorQuery, ClassArrival, StreamFrame};
use protocol::problem::ProblemDetails;
use service::http::{ApiPath, ApiQuery};

use super::refusal::MiniappApiError;
use super::upgrade::WebSocketRequest;
use crate::MiniappState;
use crate::hub::StreamTarget;

/// WebSocket. Subprotocol `arrivals.v1`; the session as `Authorization: Bearer` or as a second subprotocol `bearer.TOKEN`. Text
/// frames are JSON `StreamFrame`s: changes in order, then `live`, again every 20 s while nothing is missing. Close codes: 4401 session
/// ended, 4403 not your class, 4409 read too slowly, 1012 start again without a cursor, 1001 and 1011 come back later; resume with
/// `?after=` the last cursor.
#[utoipa::path(
    get, path = "/api/v1/classes/{class}/arrivals/stream", tag = "teacher", security(("session" = [])),
    params(("class" = String, Path), AfterCursorQuery),
    responses(
        (status = 101, body = StreamFrame<ClassArrival>, description = "Frames of the WebSocket"),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`; `websocket_expected`"),
        (status = 403, body = ProblemDetails, description = "`origin_refused`"),
        (status = 426, body = ProblemDetails, description = "`websocket_expected`"),
        (status = 429, body = ProblemDetails, description = "`too_many_connections`: of this session"),
        (status = 503, body = ProblemDetails, description = "`too_many_connections`: of all"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn class_stream(
    State(app): State<MiniappState>,
    ApiPath(class): ApiPath<ClassId>,
    ApiQuery(query): ApiQuery<AfterCursorQuery>,
    caller: WebSocketRequest,
) -> Result<Response, MiniappApiError> {
    caller.connect(&app, StreamTarget::Class(class), query.after)
}
