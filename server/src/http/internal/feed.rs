//! `GET /internal/v1/feed`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use protocol::people::{ArrivalFeedPage, FeedCursor};
use protocol::problem::ProblemDetails;
use serde::Deserialize;
use service::http::{ApiQuery, ProblemResponse};

use crate::app::{App, feed as use_case};
use crate::http::fail::storage_problem;

/// `?after=CURSOR&wait_ms=N`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedPollQuery {
    /// Absent: the feed's head, at once.
    #[serde(default)]
    after: Option<FeedCursor>,
    /// How long to wait for news, in ms. Values above 25,000 count as 25,000.
    #[serde(default)]
    wait_ms: u64,
}

/// Rooms with news: a long poll. The response names no children and needs no session.
#[utoipa::path(
    get, path = "/internal/v1/feed", tag = "feed", params(FeedPollQuery),
    security(("service" = [])),
    responses(
        (status = 200, body = ArrivalFeedPage),
        (status = 400, body = ProblemDetails, description = "`invalid_query`, with `field`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(super) async fn feed(
    State(app): State<App>,
    ApiQuery(poll): ApiQuery<FeedPollQuery>,
) -> Result<Json<ArrivalFeedPage>, ProblemResponse> {
    let wait = Duration::from_millis(poll.wait_ms);
    Ok(Json(use_case::poll(&app, poll.after, wait).await.map_err(storage_problem)?))
}
