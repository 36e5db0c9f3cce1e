//! Which operator is calling, and from where.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use process::http::ProblemResponse;
use protocol::problem::Problem;

use super::cookie;
use crate::app::App;
use crate::app::operator::{Caller, session};

#[derive(Debug, Clone)]
pub struct Operator(pub Caller);

impl FromRequestParts<App> for Operator {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let Some(token) = cookie::token(&parts.headers) else {
            return Err(Problem::new(401, "unauthorized", "There is no such session, or it has ended").into());
        };
        Ok(Self(session::authenticate(app, token).await?))
    }
}

/// The connection's other end, where the process knows it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())))
    }
}
