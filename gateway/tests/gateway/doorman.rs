//! The played server's doors for codes and credentials.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::enrolment::{CredentialRenewal, DUE, GatewayEnrolment, RENEWAL};
use protocol::problem::ProblemDetails;

use crate::district::{Mood, Shared, garage};

/// Admits a box once.
pub(crate) const CODE: &str = "K7PQ2-M9XWD";

#[derive(Debug)]
pub(crate) struct Doorman {
    pub current: String,
    pub next: Option<String>,
    /// Whether it requests a new credential.
    pub asks: bool,
    pub offers: usize,
    code: Option<&'static str>,
}

impl Default for Doorman {
    fn default() -> Self {
        Self { current: "token".to_owned(), next: None, asks: false, offers: 0, code: Some(CODE) }
    }
}

impl Doorman {
    /// Using the next one ends the present one.
    pub(crate) fn lets_in(&mut self, headers: &HeaderMap) -> bool {
        let shown = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let is = |token: &str| shown.as_deref() == Some(&format!("Bearer {token}"));
        if self.next.as_deref().is_some_and(is) {
            self.use_next();
        }
        is(&self.current)
    }

    pub(crate) fn use_next(&mut self) {
        self.current = self.next.take().unwrap();
        self.asks = false;
    }

    pub(crate) fn says(&self) -> HeaderMap {
        let asked = (HeaderName::from_static(RENEWAL), HeaderValue::from_static(DUE));
        self.asks.then_some(asked).into_iter().collect()
    }
}

pub(crate) async fn enroll(State(books): Shared, Json(asked): Json<GatewayEnrolment>) -> Response {
    let mut books = books.lock().unwrap();
    if books.mood == Mood::Away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (forgets, doorman) = (books.mood == Mood::Forgetful, &mut books.doorman);
    let again = doorman.code.is_none() && doorman.current == asked.credential.expose();
    if asked.garage != garage() || !(again || doorman.code == Some(asked.code.as_str())) {
        let problem = ProblemDetails::new(403, "enrolment_code_invalid", "This code admits nobody");
        return (StatusCode::FORBIDDEN, Json(problem)).into_response();
    }
    doorman.code = None;
    asked.credential.expose().clone_into(&mut doorman.current);
    if forgets { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }.into_response()
}

pub(crate) async fn credential(
    State(books): Shared,
    headers: HeaderMap,
    Json(asked): Json<CredentialRenewal>,
) -> Response {
    let mut books = books.lock().unwrap();
    if !books.doorman.lets_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (forgets, doorman) = (books.mood == Mood::Forgetful, &mut books.doorman);
    doorman.offers += 1;
    if asked.credential.expose() != doorman.current {
        doorman.next = Some(asked.credential.expose().to_owned());
    }
    if forgets { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }.into_response()
}
