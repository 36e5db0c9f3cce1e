//! The layers around every router, from the outside in: span and metrics, panics, timeout, body limit.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use metrics::{counter, histogram};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::field::Empty;
use tracing::{Instrument, info_span};

use super::problem::{internal, method_not_allowed, not_found, timed_out};

#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// From the request's head to the response's head; a long poll must end before it.
    pub request_timeout: Duration,
    /// Largest body in bytes. A route with larger bodies has its own `DefaultBodyLimit::max`.
    pub body: usize,
    /// Time for open requests after the shutdown has begun.
    pub drain: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { request_timeout: Duration::from_secs(30), body: 64 * 1024, drain: Duration::from_secs(10) }
    }
}

/// Adds fallbacks and layers to `router`. [`super::serve()`] or a test calls it last.
pub fn app(router: Router, limits: HttpLimits) -> Router {
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(limits.body))
        .layer(from_fn_with_state(limits.request_timeout, time_out))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(observe))
}

async fn time_out(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(limit_ms = limit.as_millis(), "request timed out");
            timed_out().into_response()
        }
    }
}

/// Takes the cause by value, as the layer requires.
fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    let message = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(panic = message, "request handler panicked");
    internal().into_response()
}

/// Labels the route by its pattern: paths and query strings can contain plates and tokens.
async fn observe(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = method_label(request.method());
    let span =
        info_span!("http.request.serve", http.route = route, http.method = method, http.status = Empty);
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.status", status);
    counter!("http_requests_total", "route" => route.clone(), "method" => method, "status" => status.to_string())
        .increment(1);
    histogram!("http_request_seconds", "route" => route, "method" => method).record(started.elapsed());
    span.in_scope(|| tracing::debug!(took_ms = started.elapsed().as_millis(), "request served"));
    response
}

/// Clients can send any method; the number of label values must stay bounded.
const fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests;
