//! The person of a call, authenticated by the session in [`SESSION_HEADER`].

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use protocol::people::SESSION_HEADER;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::session::{PersonCaller, SessionError, authenticate};
use crate::http::bearer::MAX_TOKEN;

/// Every handler that shows or changes a person's data extracts it.
#[derive(Debug, Clone)]
pub(super) struct AuthenticatedPerson(pub PersonCaller);

impl FromRequestParts<App> for AuthenticatedPerson {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let token = parts.headers.get(SESSION_HEADER).and_then(|value| value.to_str().ok());
        let token = token.filter(|token| (1..=MAX_TOKEN).contains(&token.len()));
        let token = token.ok_or(SessionError::Ended)?;
        Ok(Self(authenticate(app, token).await?))
    }
}
