//! `GET /api/v1/classes/{class}/arrivals/stream`: the class's arrivals, live.

use axum::extract::State;
use axum::response::Response;
use domain::ids::ClassId;
use protocol::people::{Arrival, Frame};
use protocol::problem::Problem;

use crate::App;
use crate::http::extract::{After, At};
use crate::http::refusal::Refusal;
use crate::http::upgrade::Caller;
use crate::hub::Door;

/// WebSocket. Subprotocol `arrivals.v1`; the session as `Authorization: Bearer` or as a second subprotocol `bearer.TOKEN`. Text
/// frames are JSON `Frame`s: changes in order, then `live`, again every 20 s while nothing is missing. Close codes: 4401 session
/// ended, 4403 not your class, 4409 read too slowly, 1012 start again without a cursor, 1001 and 1011 come back later; resume with
/// `?after=` the last cursor.
#[utoipa::path(
    get, path = "/api/v1/classes/{class}/arrivals/stream", tag = "teacher", security(("session" = [])),
    params(("class" = String, Path), After),
    responses(
        (status = 101, body = Frame<Arrival>, description = "Frames of the WebSocket"),
        (status = "default", body = Problem),
    )
)]
pub async fn stream(
    State(app): State<App>,
    At(class): At<ClassId>,
    asked: After,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.connect(&app, Door::Class(class), asked.after)
}
