//! The routes of `/internal/v1` that this process uses itself: for log-in, log-out, the feed and the boards.

use std::time::Duration;

use axum::http::Method;
use domain::ids::ClassId;
use protocol::people::{
    ArrivalFeedPage, ClassArrivals, FeedCursor, HallArrivals, NewPersonSession, PersonProfile, PersonSession,
};

use super::client::ServerClient;
use super::error::ServerCallError;
use crate::session::SessionToken;

/// Allowance for a long poll beyond the requested wait.
const FEED_SLACK: Duration = Duration::from_secs(5);

type ServerCallResult<T> = Result<T, ServerCallError>;

fn after(cursor: Option<FeedCursor>) -> Vec<(&'static str, FeedCursor)> {
    cursor.map(|cursor| ("after", cursor)).into_iter().collect()
}

impl ServerClient {
    pub async fn open_session(&self, body: &NewPersonSession) -> ServerCallResult<PersonSession> {
        self.call("/sessions", Method::POST, &["sessions"]).body(body).answer().await
    }

    pub async fn close_session(&self, session: &SessionToken) -> ServerCallResult<()> {
        self.call("/sessions/current", Method::DELETE, &["sessions", "current"]).session(session).done().await
    }

    pub async fn me(&self, session: &SessionToken) -> ServerCallResult<PersonProfile> {
        self.call("/me", Method::GET, &["me"]).session(session).answer().await
    }

    pub async fn class_arrivals(
        &self,
        class: &ClassId,
        cursor: Option<FeedCursor>,
        session: &SessionToken,
    ) -> ServerCallResult<ClassArrivals> {
        let path = ["classes", class.as_str(), "arrivals"];
        let call = self.call("/classes/{class}/arrivals", Method::GET, &path).session(session);
        call.query(&after(cursor)).answer().await
    }

    pub async fn hall_arrivals(
        &self,
        cursor: Option<FeedCursor>,
        session: &SessionToken,
    ) -> ServerCallResult<HallArrivals> {
        let call = self.call("/hall/arrivals", Method::GET, &["hall", "arrivals"]).session(session);
        call.query(&after(cursor)).answer().await
    }

    /// Without `cursor`: the feed's head, at once.
    pub async fn feed(
        &self,
        cursor: Option<FeedCursor>,
        wait: Duration,
    ) -> ServerCallResult<ArrivalFeedPage> {
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let mut query = after(cursor);
        query.push(("wait_ms", wait_ms));
        self.call("/feed", Method::GET, &["feed"]).query(&query).within(wait + FEED_SLACK).answer().await
    }
}
