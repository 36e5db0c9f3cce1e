//! `GET /api/v1/classes/{class}/arrivals/stream`: the class's arrivals, live.

use axum::extract::State;
use axum::response::Response;
use domain::ids::ClassId;
use protocol::people::{ClassArrival, StreamFrame};
use protocol::problem::ProblemDetails;

use crate::MiniappState;
use crate::http::extract::{CursorQuery, PathParameter};
use crate::http::refusal::MiniappApiError;
use crate::http::upgrade::WebSocketRequest;
use crate::hub::StreamTarget;

/// WebSocket. Subprotocol `arrivals.v1`; the session as `Authorization: Bearer` or as a second subprotocol `bearer.TOKEN`. Text
/// frames are JSON `StreamFrame`s: changes in order, then `live`, again every 20 s while nothing is missing. Close codes: 4401 session
/// ended, 4403 not your class, 4409 read too slowly, 1012 start again without a cursor, 1001 and 1011 come back later; resume with
/// `?after=` the last cursor.
#[utoipa::path(
    get, path = "/api/v1/classes/{class}/arrivals/stream", tag = "teacher", security(("session" = [])),
    params(("class" = String, Path), CursorQuery),
    responses(
        (status = 101, body = StreamFrame<ClassArrival>, description = "Frames of the WebSocket"),
        (status = "default", body = ProblemDetails),
    )
)]
pub async fn stream(
    State(app): State<MiniappState>,
    PathParameter(class): PathParameter<ClassId>,
    asked: CursorQuery,
    caller: WebSocketRequest,
) -> Result<Response, MiniappApiError> {
    caller.connect(&app, StreamTarget::Class(class), asked.after)
}
