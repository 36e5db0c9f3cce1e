//! Which garage's gateway is calling.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ids::GarageId;
use process::http::ProblemResponse;
use protocol::problem::Problem;

use crate::app::{App, gateway_token};
use crate::http::bearer;

/// A gateway that has shown its token; it comes before the body, so that a stranger's body is not read.
#[derive(Debug, Clone)]
pub struct Gateway(pub GarageId);

impl FromRequestParts<App> for Gateway {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let unauthorized = || Problem::new(401, "unauthorized", "A gateway's token is needed");
        let token = bearer::token(&parts.headers).ok_or_else(unauthorized)?;
        let garage = gateway_token::garage_of(app, token).await?;
        Ok(Self(garage.ok_or_else(unauthorized)?))
    }
}
