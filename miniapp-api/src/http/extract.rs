//! What handlers take from a request, parsed: ids in the path, the cursor in the query, the person's session.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use protocol::people::Cursor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::refusal::Refusal;
use crate::session::SessionToken;

/// The one parameter of the path.
#[derive(Debug)]
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let wrong = |rejection: PathRejection| Refusal::bad_request("path", rejection.body_text());
        Path::<T>::from_request_parts(parts, state).await.map(|Path(value)| Self(value)).map_err(wrong)
    }
}

/// `?after=CURSOR`.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The cursor of the last answer: only what changed since is sent. Without it: everything of today.
    pub after: Option<Cursor>,
}

impl<S: Send + Sync> FromRequestParts<S> for After {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let parsed = Query::<Self>::from_request_parts(parts, state).await;
        let Query(asked) =
            parsed.map_err(|rejection| Refusal::bad_request("after", rejection.body_text()))?;
        match asked.after {
            Some(cursor) if cursor < 0 => Err(Refusal::bad_request("after", "a cursor is not negative")),
            Some(_) | None => Ok(asked),
        }
    }
}

/// The person's session from `Authorization: Bearer`; 401 without one.
#[derive(Debug)]
pub struct Person(pub SessionToken);

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        SessionToken::from_headers(&parts.headers).map(Self).ok_or_else(Refusal::unauthorized)
    }
}
