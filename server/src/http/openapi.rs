//! The OpenAPI document at `/api/openapi.json`: routes that describe themselves.

use axum::routing::get;
use axum::{Json, Router};
use protocol::people::SESSION_HEADER;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::internal;
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
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("service", SecurityScheme::Http(service));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    }
}

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = OpenApiDocument::openapi();
    document.merge(internal::described().split_for_parts().1);
    document
}

/// The document of `/internal/v1` with that interface's version: the content of `docs/openapi/internal-v1.json`, from
/// which `miniapp-api` describes the actions that it passes on.
pub fn internal_document() -> utoipa::openapi::OpenApi {
    let mut document = OpenApiDocument::openapi();
    document.info.version = "1".to_owned();
    document.merge(internal::described().split_for_parts().1);
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
    fn every_internal_route_says_who_may_call_it() {
        let document = serde_json::to_value(document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.len(), 22);
        for (path, item) in paths {
            for (method, operation) in item.as_object().unwrap() {
                let security = operation["security"].to_string();
                assert!(security.contains("service"), "{method} {path}");
            }
        }
        let schemes = document["components"]["securitySchemes"].as_object().unwrap();
        assert_eq!(schemes.keys().collect::<Vec<_>>(), ["service", "session"]);
    }

    /// The responses that an operation's parameters and body require.
    fn refusals(operation: &Value) -> Vec<(&'static str, &'static str)> {
        let takes = |part: &str, text: &str| {
            operation["parameters"].as_array().is_some_and(|list| list.iter().any(|one| one[part] == text))
        };
        let reserves = operation["tags"][0] == "reservations";
        let rules: [(bool, &[(&str, &str)]); 7] = [
            (true, &[("default", "")]),
            (takes("in", "path"), &[("404", "`not_found`")]),
            (takes("in", "query"), &[("400", "`invalid_query`")]),
            (takes("name", "If-Match"), &[("412", "`reservation_changed`")]),
            (
                takes("name", "Idempotency-Key"),
                &[("400", "`idempotency_key_missing`"), ("409", "`idempotency_key_reused`")],
            ),
            (operation["requestBody"].is_object(), &[("400", "`malformed_json`"), ("422", "`invalid_body`")]),
            (operation["requestBody"].is_object() && reserves, &[("403", "`not_entitled`")]),
        ];
        rules.iter().filter(|(taken, _)| *taken).flat_map(|(_, refusals)| refusals.iter().copied()).collect()
    }

    /// `UPDATE_OPENAPI=1` rewrites the file: review the diff.
    #[test]
    fn the_published_document_is_that_of_the_routes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi/internal-v1.json");
        let document = serde_json::to_value(internal_document()).unwrap();
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(path, format!("{document:#}\n")).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(published, format!("{document:#}\n"), "UPDATE_OPENAPI=1 rewrites {path}");
    }

    #[test]
    fn every_internal_route_says_how_it_refuses() {
        let document = serde_json::to_value(document()).unwrap();
        let items = document["paths"].as_object().unwrap().iter();
        let operations = items.flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
        });
        let mut seen = 0;
        for (path, method, operation) in operations {
            seen += 1;
            for (status, code) in refusals(operation) {
                let response = &operation["responses"][status];
                let description = response["description"].as_str().unwrap_or_default();
                let said = response.is_object() && description.contains(code);
                assert!(said, "{method} {path}: {status} {code}");
            }
        }
        assert_eq!(seen, 24);
    }
}
