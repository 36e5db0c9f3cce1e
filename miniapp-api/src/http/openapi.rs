//! The OpenAPI document of this API, served at `/api/openapi.json`.
//!
//! Log-in, log-out and the streams describe themselves. An action of the proxy's table has the server's description, from
//! `docs/openapi/internal-v1.json`, which a test of the server keeps equal to the server's routes. So each action has one
//! list of problems, beside its handler.

mod schemas;

use axum::Json;
use protocol::people::{ClassArrival, HallArrival, StreamFrame};
use service::http::openapi::{SecurityRefusal, complete};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Deprecated, RefOr};
use utoipa::{Modify, OpenApi};

use super::proxy::table::{ProxyRoute, ROUTES, SessionBudget};

const SERVER_DOCUMENT: &str = include_str!("../../../docs/openapi/internal-v1.json");

const SESSION: &str = "session";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mini-program API",
        description = "For the WeChat mini-program and the pages that mimic it. Errors are RFC 9457 problems with a stable `code`."
    ),
    components(schemas(StreamFrame<ClassArrival>, StreamFrame<HallArrival>)),
    modifiers(&SessionSecurityScheme)
)]
struct MiniappOpenApi;

struct SessionSecurityScheme;

impl Modify for SessionSecurityScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token of POST /api/v1/sessions"))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(SESSION, SecurityScheme::Http(bearer));
    }
}

/// The document without its routes.
pub fn head() -> utoipa::openapi::OpenApi {
    MiniappOpenApi::openapi()
}

pub async fn answer(document: utoipa::openapi::OpenApi) -> Json<utoipa::openapi::OpenApi> {
    Json(document)
}

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let (server, mut document) = (server_document(), super::own_routes().split_for_parts().1);
    for route in &ROUTES {
        let paths = &server.paths;
        let Some(described) = paths.get_path_operation(route.internal_path(), route.method.described())
        else {
            continue;
        };
        let operation = translated(route, described.clone());
        document.paths.add_path_operation(route.public_path(), vec![route.method.described()], operation);
    }
    schemas::add_referenced(&mut document, &server);
    let refusal = SecurityRefusal { scheme: SESSION, status: "401", code: "unauthorized" };
    complete(&mut document, &[refusal]);
    document
}

#[expect(clippy::expect_used, reason = "the text is a part of the program, and a test parses it")]
fn server_document() -> utoipa::openapi::OpenApi {
    serde_json::from_str(SERVER_DOCUMENT).expect("an OpenAPI document")
}

/// The server's description as it holds for a phone: other credentials, and this process's rate limit.
fn translated(route: &ProxyRoute, mut operation: Operation) -> Operation {
    operation.security = Some(vec![SecurityRequirement::new(SESSION, [""; 0])]);
    operation.deprecated = route.is_deprecated().then_some(Deprecated::True);
    let responses = &mut operation.responses.responses;
    let problem = responses.get("default").cloned();
    if let (true, Some(RefOr::T(mut problem))) = (route.budget != SessionBudget::Unlimited, problem) {
        problem.description = "`too_many_requests`".to_owned();
        responses.entry("429".to_owned()).or_insert(RefOr::T(problem));
    }
    operation
}

#[cfg(test)]
mod tests;
