//! The OpenAPI document of this API, served at `/api/openapi.json`; routes and types describe themselves.

use axum::Json;
use protocol::people::{ClassArrival, HallArrival, StreamFrame};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

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
        components.add_security_scheme("session", SecurityScheme::Http(bearer));
    }
}

/// The document without its routes.
pub fn head() -> utoipa::openapi::OpenApi {
    MiniappOpenApi::openapi()
}

pub async fn answer(document: utoipa::openapi::OpenApi) -> Json<utoipa::openapi::OpenApi> {
    Json(document)
}

/// The whole document, for `docs` and tests.
pub fn document() -> utoipa::openapi::OpenApi {
    super::described().split_for_parts().1
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Lists the error responses of an operation, derived from its parameters and body.
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
