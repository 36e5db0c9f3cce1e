//! The routes of `/internal/v1` about shared spaces.

use axum::http::{HeaderName, HeaderValue, Method, header};
use domain::ids::{GarageId, ReservationId};
use protocol::at_gate::{GateEntry, NewGateEntry};
use protocol::reservation::query::{
    PoolForecastQuery, ReservationPageQuery, ReservationQuoteQuery, SharedGaragesQuery,
};
use protocol::reservation::{
    AvailabilityQuote, DriverNotices, NewReservation, NewReservationSeries, PoolForecasts, Reservation,
    ReservationAct, ReservationChange, ReservationPage, ReservationSeries, SharedGarages,
};
use uuid::Uuid;

use super::client::ServerClient;
use super::error::ServerCallError;
use crate::session::SessionToken;

type ReservationCallResult<T> = Result<T, ServerCallError>;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

impl ServerClient {
    pub async fn shared_garages(
        &self,
        asked: &SharedGaragesQuery,
        session: &SessionToken,
    ) -> ReservationCallResult<SharedGarages> {
        self.call("garages", Method::GET, &["garages"]).session(session).query(asked).answer().await
    }

    pub async fn quote(
        &self,
        garage: &GarageId,
        asked: &ReservationQuoteQuery,
        session: &SessionToken,
    ) -> ReservationCallResult<AvailabilityQuote> {
        let call = self.call("garages/quote", Method::GET, &["garages", garage.as_str(), "quote"]);
        call.session(session).query(asked).answer().await
    }

    pub async fn forecast(
        &self,
        garage: &GarageId,
        asked: &PoolForecastQuery,
        session: &SessionToken,
    ) -> ReservationCallResult<PoolForecasts> {
        let call = self.call("garages/forecast", Method::GET, &["garages", garage.as_str(), "forecast"]);
        call.session(session).query(asked).answer().await
    }

    pub async fn enter(
        &self,
        key: HeaderValue,
        body: &NewGateEntry,
        session: &SessionToken,
    ) -> ReservationCallResult<GateEntry> {
        let call = self.call("gate-entries", Method::POST, &["gate-entries"]).session(session);
        call.header(IDEMPOTENCY_KEY, Some(key)).body(body).answer().await
    }

    pub async fn reserve(
        &self,
        garage: &GarageId,
        key: HeaderValue,
        body: &NewReservation,
        session: &SessionToken,
    ) -> ReservationCallResult<Reservation> {
        let path = ["garages", garage.as_str(), "reservations"];
        let call = self.call("garages/reservations", Method::POST, &path).session(session);
        call.header(IDEMPOTENCY_KEY, Some(key)).body(body).answer().await
    }

    pub async fn reserve_series(
        &self,
        garage: &GarageId,
        key: HeaderValue,
        body: &NewReservationSeries,
        session: &SessionToken,
    ) -> ReservationCallResult<ReservationSeries> {
        let path = ["garages", garage.as_str(), "reservation-series"];
        let call = self.call("garages/reservation-series", Method::POST, &path).session(session);
        call.header(IDEMPOTENCY_KEY, Some(key)).body(body).answer().await
    }

    pub async fn reservations(
        &self,
        asked: &ReservationPageQuery,
        session: &SessionToken,
    ) -> ReservationCallResult<ReservationPage> {
        self.call("reservations", Method::GET, &["reservations"]).session(session).query(asked).answer().await
    }

    pub async fn reservation(
        &self,
        id: ReservationId,
        session: &SessionToken,
    ) -> ReservationCallResult<Reservation> {
        let path = ["reservations", &id.to_string()];
        self.call("reservations/one", Method::GET, &path).session(session).answer().await
    }

    /// `seen`: the `If-Match` of the phone.
    pub async fn change_reservation(
        &self,
        id: ReservationId,
        seen: Option<HeaderValue>,
        body: &ReservationChange,
        session: &SessionToken,
    ) -> ReservationCallResult<Reservation> {
        let path = ["reservations", &id.to_string()];
        let call = self.call("reservations/one", Method::PATCH, &path).session(session);
        call.header(header::IF_MATCH, seen).body(body).answer().await
    }

    pub async fn act_on_reservation(
        &self,
        id: ReservationId,
        seen: Option<HeaderValue>,
        body: &ReservationAct,
        session: &SessionToken,
    ) -> ReservationCallResult<Reservation> {
        let path = ["reservations", &id.to_string(), "acts"];
        let call = self.call("reservations/acts", Method::POST, &path).session(session);
        call.header(header::IF_MATCH, seen).body(body).answer().await
    }

    pub async fn notices(&self, session: &SessionToken) -> ReservationCallResult<DriverNotices> {
        self.call("notices", Method::GET, &["notices"]).session(session).answer().await
    }

    pub async fn read_notice(&self, id: Uuid, session: &SessionToken) -> ReservationCallResult<()> {
        let path = ["notices", &id.to_string(), "read"];
        self.call("notices/read", Method::POST, &path).session(session).done().await
    }
}
