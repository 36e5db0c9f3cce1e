//! Extracts the garage of the calling gateway.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ids::GarageId;
use service::http::ProblemResponse;

use crate::app::App;
use crate::app::gateway_token::{self, GatewayTokenRenewal};
use crate::http::fail::storage_problem;
use crate::http::{bearer, fail};

/// An authenticated gateway. It is extracted before the body, so that the server does not read the body of an
/// unauthenticated caller.
#[derive(Debug, Clone)]
pub(super) struct AuthenticatedGateway(pub GarageId, pub GatewayTokenRenewal);

impl FromRequestParts<App> for AuthenticatedGateway {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let token = bearer::token(&parts.headers).ok_or_else(fail::unknown_gateway)?;
        let known = gateway_token::garage_of(app, token).await.map_err(storage_problem)?;
        let (garage, renewal) = known.ok_or_else(fail::unknown_gateway)?;
        Ok(Self(garage, renewal))
    }
}
