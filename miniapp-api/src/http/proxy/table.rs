//! The table of actions that the server performs. Each row makes a route, its rate limit and its OpenAPI description.

use axum::http::Method;
use axum::routing::MethodFilter;
use utoipa::openapi::HttpMethod;

use crate::MiniappState;
use crate::http::refusal::MiniappApiError;
use crate::session::SessionToken;

use ProxyMethod::{Delete, Get, Patch, Post};
use SessionBudget::{Quotes, Reservations, Unlimited};

/// One action of a person. Its description is that of the server for the same method at `internal`.
#[derive(Debug)]
pub(crate) struct ProxyRoute {
    pub method: ProxyMethod,
    /// Below `/api/v1`.
    pub public: &'static str,
    /// Below `/internal/v1`; the same as `public`, except for an old address.
    pub internal: &'static str,
    pub budget: SessionBudget,
}

pub(crate) static ROUTES: [ProxyRoute; 23] = [
    row(Get, "/me", Unlimited),
    row(Get, "/classes/{class}/arrivals", Unlimited),
    row(Post, "/arrivals/{id}/acts", Unlimited),
    row(Get, "/hall/arrivals", Unlimited),
    row(Get, "/guardian", Unlimited),
    row(Post, "/guardian/claims", Unlimited),
    row(Post, "/gate-entries", Unlimited),
    row(Get, "/plates", Unlimited),
    row(Post, "/plates", Unlimited),
    row(Delete, "/plates/{id}", Unlimited),
    old(Post, "/guardian/plates", "/plates"),
    old(Delete, "/guardian/plates/{id}", "/plates/{id}"),
    row(Get, "/garages", Unlimited),
    row(Get, "/garages/{garage}/quote", Quotes),
    row(Get, "/garages/{garage}/forecast", Quotes),
    row(Post, "/garages/{garage}/reservations", Reservations),
    row(Post, "/garages/{garage}/reservation-series", Reservations),
    row(Get, "/reservations", Unlimited),
    row(Get, "/reservations/{id}", Unlimited),
    row(Patch, "/reservations/{id}", Reservations),
    row(Post, "/reservations/{id}/acts", Reservations),
    row(Get, "/notices", Unlimited),
    row(Post, "/notices/{id}/read", Unlimited),
];

const fn row(method: ProxyMethod, path: &'static str, budget: SessionBudget) -> ProxyRoute {
    ProxyRoute { method, public: path, internal: path, budget }
}

/// An address that clients in the field still use: deprecated.
const fn old(method: ProxyMethod, public: &'static str, internal: &'static str) -> ProxyRoute {
    ProxyRoute { method, public, internal, budget: Unlimited }
}

impl ProxyRoute {
    pub(crate) fn public_path(&self) -> String {
        format!("/api/v1{}", self.public)
    }

    pub(crate) fn internal_path(&self) -> String {
        format!("/internal/v1{}", self.internal)
    }

    pub(crate) fn is_deprecated(&self) -> bool {
        self.public != self.internal
    }
}

/// A method of the table, in the types of the router, the client and the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyMethod {
    Get,
    Post,
    Patch,
    Delete,
}

impl ProxyMethod {
    /// `Get` includes HEAD, which reaches the server as GET.
    pub(crate) const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    pub(crate) const fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
            Self::Patch => Method::PATCH,
            Self::Delete => Method::DELETE,
        }
    }

    pub(crate) const fn described(self) -> HttpMethod {
        match self {
            Self::Get => HttpMethod::Get,
            Self::Post => HttpMethod::Post,
            Self::Patch => HttpMethod::Patch,
            Self::Delete => HttpMethod::Delete,
        }
    }

    pub(crate) const fn has_body(self) -> bool {
        match self {
            Self::Post | Self::Patch => true,
            Self::Get | Self::Delete => false,
        }
    }
}

/// The rate limit per session to which an action counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionBudget {
    Unlimited,
    Reservations,
    Quotes,
}

impl SessionBudget {
    pub(crate) fn admit(self, app: &MiniappState, session: &SessionToken) -> Result<(), MiniappApiError> {
        let limiter = match self {
            Self::Unlimited => return Ok(()),
            Self::Reservations => &app.attempts,
            Self::Quotes => &app.looks,
        };
        limiter.admit(session).map_err(|wait| {
            MiniappApiError::new(429, "too_many_requests", "Too many requests; try again shortly")
                .retry_after(wait.as_secs().max(1))
        })
    }
}
