//! The OpenAPI document at `/api/openapi.json`: routes that describe themselves.

use axum::routing::get;
use axum::{Json, Router};
use protocol::people::SESSION_HEADER;
use protocol::problem::ProblemDetails;
use service::http::openapi::{SecurityRefusal, complete};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{gateway, internal, operator, public};
use crate::app::App;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "District server",
        description = "Errors are RFC 9457 problems with a stable `code`; the description of a response names its codes. Times are RFC 3339, UTC, with microseconds."
    ),
    components(schemas(ProblemDetails)),
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

/// How each security scheme refuses a caller.
const SECURITY: [SecurityRefusal; 5] = [
    SecurityRefusal { scheme: "service", status: "401", code: "service_unauthorized" },
    SecurityRefusal { scheme: "session", status: "401", code: "unauthorized" },
    SecurityRefusal { scheme: "gateway", status: "401", code: "unauthorized" },
    SecurityRefusal { scheme: "operator", status: "401", code: "unauthorized" },
    SecurityRefusal { scheme: "console", status: "403", code: "not_from_console" },
];

/// The document of all doors.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = OpenApiDocument::openapi();
    for door in [internal::described(), gateway::described(), operator::described(), public::described()] {
        document.merge(door.into_openapi());
    }
    complete(&mut document, &SECURITY);
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
    use super::*;

    #[test]
    fn every_route_says_who_may_call_it() {
        let document = serde_json::to_value(document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() > 60, "the doors are found");
        for (path, item) in paths {
            for (method, operation) in item.as_object().unwrap() {
                let security = operation["security"].as_array();
                assert!(security.is_some_and(|list| !list.is_empty()), "{method} {path}");
            }
        }
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
}
