//! The routes of `/internal/v1` that this process uses.

use std::time::Duration;

use axum::http::Method;
use domain::ids::ClassId;
use protocol::people::{
    Arrival, ArrivalAct, Arrivals, Claim, Cursor, FeedPage, Guardian, HallArrivals, Me, NewPlate,
    OpenSession, OwnPlate, OwnPlates, Session,
};
use uuid::Uuid;

use super::client::ServerClient;
use super::error::ServerError;
use crate::hub::RoomKey;
use crate::hub::page::Page;
use crate::session::SessionToken;

/// Allowance for a long poll beyond the requested wait.
const FEED_SLACK: Duration = Duration::from_secs(5);

type Answer<T> = Result<T, ServerError>;

fn after(cursor: Option<Cursor>) -> Vec<(&'static str, Cursor)> {
    cursor.map(|cursor| ("after", cursor)).into_iter().collect()
}

impl ServerClient {
    pub async fn open_session(&self, body: &OpenSession) -> Answer<Session> {
        self.call("sessions", Method::POST, &["sessions"]).body(body).answer().await
    }

    pub async fn close_session(&self, session: &SessionToken) -> Answer<()> {
        self.call("sessions/current", Method::DELETE, &["sessions", "current"]).session(session).done().await
    }

    pub async fn me(&self, session: &SessionToken) -> Answer<Me> {
        self.call("me", Method::GET, &["me"]).session(session).answer().await
    }

    pub async fn class_arrivals(
        &self,
        class: &ClassId,
        cursor: Option<Cursor>,
        session: &SessionToken,
    ) -> Answer<Arrivals> {
        let path = ["classes", class.as_str(), "arrivals"];
        let call = self.call("classes/arrivals", Method::GET, &path).session(session);
        call.query(&after(cursor)).answer().await
    }

    pub async fn hall_arrivals(
        &self,
        cursor: Option<Cursor>,
        session: &SessionToken,
    ) -> Answer<HallArrivals> {
        let call = self.call("hall/arrivals", Method::GET, &["hall", "arrivals"]).session(session);
        call.query(&after(cursor)).answer().await
    }

    /// One page of a room, as frames.
    pub async fn page(&self, key: &RoomKey, cursor: Option<Cursor>, session: &SessionToken) -> Answer<Page> {
        let page = match key {
            RoomKey::Class(class) => Page::of_class(self.class_arrivals(class, cursor, session).await?),
            RoomKey::Hall(_) => Page::of_hall(self.hall_arrivals(cursor, session).await?),
        };
        page.map_err(ServerError::Garbled)
    }

    pub async fn act(&self, arrival: Uuid, body: &ArrivalAct, session: &SessionToken) -> Answer<Arrival> {
        let path = ["arrivals", &arrival.to_string(), "acts"];
        self.call("arrivals/acts", Method::POST, &path).session(session).body(body).answer().await
    }

    pub async fn guardian(&self, session: &SessionToken) -> Answer<Guardian> {
        self.call("guardian", Method::GET, &["guardian"]).session(session).answer().await
    }

    pub async fn plates(&self, session: &SessionToken) -> Answer<OwnPlates> {
        self.call("plates", Method::GET, &["plates"]).session(session).answer().await
    }

    pub async fn claim(&self, body: &Claim, session: &SessionToken) -> Answer<Guardian> {
        let call = self.call("guardian/claims", Method::POST, &["guardian", "claims"]);
        call.session(session).body(body).answer().await
    }

    pub async fn add_plate(&self, body: &NewPlate, session: &SessionToken) -> Answer<OwnPlate> {
        let call = self.call("plates", Method::POST, &["plates"]);
        call.session(session).body(body).answer().await
    }

    pub async fn remove_plate(&self, plate: Uuid, session: &SessionToken) -> Answer<()> {
        let path = ["plates", &plate.to_string()];
        self.call("plates/one", Method::DELETE, &path).session(session).done().await
    }

    /// Without `cursor`: the feed's head, at once.
    pub async fn feed(&self, cursor: Option<Cursor>, wait: Duration) -> Answer<FeedPage> {
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let mut query = after(cursor);
        query.push(("wait_ms", wait_ms));
        self.call("feed", Method::GET, &["feed"]).query(&query).within(wait + FEED_SLACK).answer().await
    }
}
