//! Actions that the server performs: this process checks the path, the session, the rate limit and the sizes, and passes
//! the request on. A row of [`table`] is a whole action.
//!
//! The server's response goes to the phone as it is, except headers that are not on the list. The server alone parses
//! queries and bodies, so each rule about them is written once.

mod path;
pub(super) mod table;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::on;
use protocol::problem::ProblemDetails;
use service::http::{ApiBytes, ProblemResponse, unknown_resource};

use super::extract::BearerSession;
use super::refusal::MiniappApiError;
use crate::MiniappState;
use crate::server::{ProxiedRequest, ServerReply};
use table::{ProxyRoute, ROUTES};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Headers of a phone that reach the server. The session arrives there under its own name.
const REQUEST_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::IF_MATCH, IDEMPOTENCY_KEY];

/// Headers of the server that reach a phone.
const RESPONSE_HEADERS: [HeaderName; 2] = [header::CONTENT_TYPE, header::ETAG];

/// Longest query string in bytes. The longest of this API is a quote's, with some 150.
const LONGEST_QUERY: usize = 2 * 1024;

/// A route for each row of the table.
pub(super) fn router() -> Router<MiniappState> {
    ROUTES.iter().fold(Router::new(), |router, route| {
        let handler = move |State(app): State<MiniappState>, request: Request| pass(route, app, request);
        router.route(&route.public_path(), on(route.method.filter(), handler))
    })
}

async fn pass(
    route: &'static ProxyRoute,
    app: MiniappState,
    request: Request,
) -> Result<Response, MiniappApiError> {
    let (mut parts, body) = request.into_parts();
    let parameters = RawPathParams::from_request_parts(&mut parts, &app).await;
    let path = inner_path(route, &parameters)?;
    let BearerSession(session) = BearerSession::from_request_parts(&mut parts, &app).await?;
    route.budget.admit(&app, &session)?;
    let query = bounded(parts.uri.query())?.map(str::to_owned);
    let headers = listed(&parts.headers, &REQUEST_HEADERS);
    let body = if route.method.has_body() {
        let ApiBytes(body) = ApiBytes::from_request(Request::from_parts(parts, body), &app).await?;
        Some(body)
    } else {
        None
    };
    let method = route.method.method();
    let request = ProxiedRequest { route: route.internal, method, path, query, headers, body };
    Ok(response(app.server.pass(request, &session).await?))
}

/// The segments below `/internal/v1`. A parameter that is not the id of its row names nothing.
fn inner_path(
    route: &ProxyRoute,
    parameters: &Result<RawPathParams, RawPathParamsRejection>,
) -> Result<Vec<String>, ProblemResponse> {
    let parameters = parameters.as_ref().map_err(|_| unknown_resource())?;
    let given = |name: &str| parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
    path::filled(route.internal, given).ok_or_else(unknown_resource)
}

fn bounded(query: Option<&str>) -> Result<Option<&str>, ProblemDetails> {
    match query {
        Some(query) if query.len() > LONGEST_QUERY => {
            let problem = ProblemDetails::new(400, "invalid_query", "Invalid query parameter");
            Err(problem.detail(format!("the query must not exceed {LONGEST_QUERY} bytes")))
        }
        query => Ok(query),
    }
}

fn listed(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let values =
        |name| headers.get_all(name).iter().map(move |value| (HeaderName::clone(name), value.clone()));
    names.iter().flat_map(values).collect()
}

fn response(reply: ServerReply) -> Response {
    let headers = listed(&reply.headers, &RESPONSE_HEADERS);
    (reply.status, headers, Body::from(reply.body)).into_response()
}
