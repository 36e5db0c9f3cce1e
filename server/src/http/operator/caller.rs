//! Extracts the calling operator.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use super::cookie;
use crate::app::App;
use crate::app::operator::{OperatorCaller, session};

#[derive(Debug, Clone)]
pub(super) struct AuthenticatedOperator(pub OperatorCaller);

impl FromRequestParts<App> for AuthenticatedOperator {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let Some(token) = cookie::token(&parts.headers) else {
            return Err(ProblemDetails::new(401, "unauthorized", "Session unknown or expired").into());
        };
        Ok(Self(session::authenticate(app, token).await?))
    }
}
