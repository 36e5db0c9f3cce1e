//! The routes of `/internal/v1` that this process uses.

use std::time::Duration;

use axum::http::Method;
use domain::ids::{ArrivalId, ClassId, VehicleId};
use protocol::people::{
    ArrivalAct, ArrivalClaim, ArrivalFeedPage, ClassArrival, ClassArrivals, FeedCursor, GuardianOverview,
    HallArrivals, NewPersonSession, NewPlate, OwnPlate, OwnPlates, PersonProfile, PersonSession,
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
        self.call("sessions", Method::POST, &["sessions"]).body(body).answer().await
    }

    pub async fn close_session(&self, session: &SessionToken) -> ServerCallResult<()> {
        self.call("sessions/current", Method::DELETE, &["sessions", "current"]).session(session).done().await
    }

    pub async fn me(&self, session: &SessionToken) -> ServerCallResult<PersonProfile> {
        self.call("me", Method::GET, &["me"]).session(session).answer().await
    }

    pub async fn class_arrivals(
        &self,
        class: &ClassId,
        cursor: Option<FeedCursor>,
        session: &SessionToken,
    ) -> ServerCallResult<ClassArrivals> {
        let path = ["classes", class.as_str(), "arrivals"];
        let call = self.call("classes/arrivals", Method::GET, &path).session(session);
        call.query(&after(cursor)).answer().await
    }

    pub async fn hall_arrivals(
        &self,
        cursor: Option<FeedCursor>,
        session: &SessionToken,
    ) -> ServerCallResult<HallArrivals> {
        let call = self.call("hall/arrivals", Method::GET, &["hall", "arrivals"]).session(session);
        call.query(&after(cursor)).answer().await
    }

    pub async fn act(
        &self,
        arrival: ArrivalId,
        body: &ArrivalAct,
        session: &SessionToken,
    ) -> ServerCallResult<ClassArrival> {
        let path = ["arrivals", &arrival.to_string(), "acts"];
        self.call("arrivals/acts", Method::POST, &path).session(session).body(body).answer().await
    }

    pub async fn guardian(&self, session: &SessionToken) -> ServerCallResult<GuardianOverview> {
        self.call("guardian", Method::GET, &["guardian"]).session(session).answer().await
    }

    pub async fn plates(&self, session: &SessionToken) -> ServerCallResult<OwnPlates> {
        self.call("plates", Method::GET, &["plates"]).session(session).answer().await
    }

    pub async fn claim(
        &self,
        body: &ArrivalClaim,
        session: &SessionToken,
    ) -> ServerCallResult<GuardianOverview> {
        let call = self.call("guardian/claims", Method::POST, &["guardian", "claims"]);
        call.session(session).body(body).answer().await
    }

    pub async fn add_plate(&self, body: &NewPlate, session: &SessionToken) -> ServerCallResult<OwnPlate> {
        let call = self.call("plates", Method::POST, &["plates"]);
        call.session(session).body(body).answer().await
    }

    pub async fn remove_plate(&self, plate: VehicleId, session: &SessionToken) -> ServerCallResult<()> {
        let path = ["plates", &plate.to_string()];
        self.call("plates/one", Method::DELETE, &path).session(session).done().await
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
        self.call("feed", Method::GET, &["feed"]).query(&query).within(wait + FEED_SLACK).answer().await
    }
}
