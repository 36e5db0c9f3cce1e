//! The OpenAPI document at `/api/openapi.json`: routes that describe themselves.

use axum::routing::get;
use axum::{Json, Router};
use protocol::people::SESSION_HEADER;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{gateway, internal, operator, public};
use crate::app::App;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "District server",
        description = "Errors are RFC 9457 problems with a stable `code`. Times are RFC 3339, UTC, with microseconds."
    ),
    modifiers(&SecuritySchemes)
)]
struct OpenApiDocument;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let service = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token of `server service-token`"))
            .build();
        let session = ApiKey::Header(ApiKeyValue::with_description(
            SESSION_HEADER,
            "The token of POST /internal/v1/sessions",
        ));
        let gateway = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "The credential of POST /gateway/v1/enroll, or a token of `server gateway-token`",
            ))
            .build();
        let operator = ApiKey::Cookie(ApiKeyValue::with_description(
            operator::cookie::NAME,
            "Set by POST /api/operator/v1/sessions",
        ));
        let console = ApiKey::Header(ApiKeyValue::with_description(
            operator::csrf::HEADER,
            "`console`: no form of another site can send this header",
        ));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("gateway", SecurityScheme::Http(gateway));
        components.add_security_scheme("operator", SecurityScheme::ApiKey(operator));
        components.add_security_scheme("console", SecurityScheme::ApiKey(console));
        components.add_security_scheme("service", SecurityScheme::Http(service));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    }
}

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = OpenApiDocument::openapi();
    for door in [internal::described(), gateway::described(), operator::described(), public::described()] {
        document.merge(door.into_openapi());
    }
    document
}

pub fn router() -> Router<App> {
    let document = document();
    Router::new().route("/api/openapi.json", get(move || async move { Json(document) }))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_route_says_who_may_call_it() {
        let document = serde_json::to_value(document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.len(), 71);
        for (path, item) in paths {
            for (method, operation) in item.as_object().unwrap() {
                let security = operation["security"].as_array();
                assert!(security.is_some_and(|list| !list.is_empty()), "{method} {path}");
            }
        }
    }

    /// The responses that an operation's parameters and body require.
    fn refusals(operation: &Value) -> Vec<(&'static str, &'static str)> {
        let takes = |part: &str, text: &str| {
            operation["parameters"].as_array().is_some_and(|list| list.iter().any(|one| one[part] == text))
        };
        let rules: [(bool, &[(&str, &str)]); 6] = [
            (true, &[("default", "")]),
            (takes("in", "path"), &[("404", "`not_found`")]),
            (takes("in", "query"), &[("400", "`invalid_query`")]),
            (takes("name", "If-Match"), &[("412", "`reservation_changed`")]),
            (
                takes("name", "Idempotency-Key"),
                &[("400", "`idempotency_key_missing`"), ("409", "`idempotency_key_reused`")],
            ),
            (
                operation["requestBody"].is_object(),
                &[("400", "`malformed_json`"), ("403", "`not_entitled`"), ("422", "`invalid_body`")],
            ),
        ];
        rules.iter().filter(|(taken, _)| *taken).flat_map(|(_, refusals)| refusals.iter().copied()).collect()
    }

    #[test]
    fn every_reservation_route_says_how_it_refuses() {
        let document = serde_json::to_value(document()).unwrap();
        let items = document["paths"].as_object().unwrap().iter();
        let operations = items.flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
        });
        let mut seen = 0;
        for (path, method, operation) in operations.filter(|(.., it)| it["tags"][0] == "reservations") {
            seen += 1;
            for (status, code) in refusals(operation) {
                let response = &operation["responses"][status];
                let description = response["description"].as_str().unwrap_or_default();
                let said = response.is_object() && description.contains(code);
                assert!(said, "{method} {path}: {status} {code}");
            }
        }
        assert_eq!(seen, 11);
    }
}
