//! Extractors: ids in the path, query parameters, headers and the person's session, parsed.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use protocol::people::FeedCursor;
use protocol::problem::ProblemDetails;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use service::http::ApiQuery;
use utoipa::IntoParams;

use super::refusal::MiniappApiError;
use crate::MiniappState;
use crate::session::SessionToken;

/// The only parameter of the path.
#[derive(Debug)]
pub struct PathParameter<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathParameter<T> {
    type Rejection = MiniappApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, MiniappApiError> {
        let wrong = |rejection: PathRejection| MiniappApiError::bad_request("path", rejection.body_text());
        Path::<T>::from_request_parts(parts, state).await.map(|Path(value)| Self(value)).map_err(wrong)
    }
}

/// `?after=CURSOR`.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CursorQuery {
    /// The cursor of the last response: returns only later changes. Without it: everything of today.
    pub after: Option<FeedCursor>,
}

impl<S: Send + Sync> FromRequestParts<S> for CursorQuery {
    type Rejection = MiniappApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, MiniappApiError> {
        let ApiQuery(asked) = ApiQuery::<Self>::from_request_parts(parts, state).await?;
        if asked.after.is_some_and(|cursor| cursor < 0) {
            let problem = ProblemDetails::new(400, "invalid_query", "Invalid query parameter").field("after");
            return Err(problem.detail("the cursor must not be negative").into());
        }
        Ok(asked)
    }
}

/// `Idempotency-Key`, 1 to 100 visible characters.
#[derive(Debug)]
pub struct IdempotencyKeyHeader(pub HeaderValue);

/// A UUID has 36 characters.
const LONGEST_KEY: usize = 100;

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKeyHeader {
    type Rejection = MiniappApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MiniappApiError> {
        let missing = || {
            let title = "Idempotency-Key header required (1 to 100 characters)";
            MiniappApiError::new(400, "idempotency_key_missing", title)
        };
        let key = parts.headers.get("idempotency-key").ok_or_else(missing)?;
        let text = key.to_str().map(str::trim).unwrap_or_default();
        if (1..=LONGEST_KEY).contains(&text.len()) { Ok(Self(key.clone())) } else { Err(missing()) }
    }
}

/// `If-Match`, passed on to the server.
#[derive(Debug)]
pub struct IfMatchHeader(pub Option<HeaderValue>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatchHeader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get(header::IF_MATCH).cloned()))
    }
}

/// A person who requests a reservation, within the session's rate limit.
#[derive(Debug)]
pub struct ReservationAttempt(pub SessionToken);

impl FromRequestParts<MiniappState> for ReservationAttempt {
    type Rejection = MiniappApiError;

    async fn from_request_parts(parts: &mut Parts, app: &MiniappState) -> Result<Self, MiniappApiError> {
        let BearerSession(session) = BearerSession::from_request_parts(parts, app).await?;
        app.attempts.admit(&session).map_err(too_many)?;
        Ok(Self(session))
    }
}

/// A person who requests a quote or a forecast, within the session's rate limit: each request searches a book.
#[derive(Debug)]
pub struct QuoteAttempt(pub SessionToken);

impl FromRequestParts<MiniappState> for QuoteAttempt {
    type Rejection = MiniappApiError;

    async fn from_request_parts(parts: &mut Parts, app: &MiniappState) -> Result<Self, MiniappApiError> {
        let BearerSession(session) = BearerSession::from_request_parts(parts, app).await?;
        app.looks.admit(&session).map_err(too_many)?;
        Ok(Self(session))
    }
}

fn too_many(wait: Duration) -> MiniappApiError {
    let title = "Too many requests; try again shortly";
    MiniappApiError::new(429, "too_many_requests", title).retry_after(wait.as_secs().max(1))
}

/// The person's session from `Authorization: Bearer`; 401 without one.
#[derive(Debug)]
pub struct BearerSession(pub SessionToken);

impl<S: Send + Sync> FromRequestParts<S> for BearerSession {
    type Rejection = MiniappApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MiniappApiError> {
        SessionToken::from_headers(&parts.headers).map(Self).ok_or_else(MiniappApiError::unauthorized)
    }
}
