//! Completes an OpenAPI document with what follows from its operations. A handler then describes only the problems of its
//! own use case.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::Value;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, Response};

const PROBLEM_TYPE: &str = "application/problem+json";

/// Component that the document must have.
const PROBLEM_SCHEMA: &str = "ProblemDetails";

/// The problem with which a security scheme refuses a caller.
#[derive(Debug, Clone, Copy)]
pub struct SecurityRefusal {
    pub scheme: &'static str,
    pub status: &'static str,
    pub code: &'static str,
}

/// Refusals that every operation can have: of the layers in [`super::app`], and of an overloaded database.
const ALWAYS: [(&str, &str); 3] = [("500", "internal"), ("503", "busy"), ("503", "timed_out")];
/// Of a path parameter that cannot be parsed, or that names nothing.
const PATH: [(&str, &str); 1] = [("404", "not_found")];
/// Of [`super::ApiQuery`].
const QUERY: [(&str, &str); 1] = [("400", "invalid_query")];
/// Of [`super::ApiJson`].
const BODY: [(&str, &str); 5] = [
    ("400", "malformed_json"),
    ("400", "body_unreadable"),
    ("413", "body_too_large"),
    ("415", "not_json"),
    ("422", "invalid_body"),
];
const IDEMPOTENCY_KEY: [(&str, &str); 2] =
    [("400", "idempotency_key_missing"), ("409", "idempotency_key_reused")];
const IF_MATCH: [(&str, &str); 1] = [("400", "invalid_if_match")];
const REQUIRED_IF_MATCH: [(&str, &str); 1] = [("428", "if_match_missing")];

/// Adds the refusals of extractors and security schemes, gives problems their content type and operations unique ids.
pub fn complete(document: &mut OpenApi, security: &[SecurityRefusal]) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(operation_id(method, path));
            for (status, code) in refusals(operation, security) {
                add_code(operation, status, code);
            }
            operation
                .responses
                .responses
                .entry("default".to_owned())
                .or_insert_with(|| RefOr::T(Response::new("")));
            operation
                .responses
                .responses
                .iter_mut()
                .for_each(|(status, response)| describe(status, response));
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// `get_gateway_v1_orders`: handlers of several doors have the same name.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

fn refusals(operation: &Operation, security: &[SecurityRefusal]) -> Vec<(&'static str, &'static str)> {
    let mut found = ALWAYS.to_vec();
    let of_callers = security.iter().filter(|refusal| requires(operation, refusal.scheme));
    found.extend(of_callers.map(|refusal| (refusal.status, refusal.code)));
    let takes = |wanted: &dyn Fn(&Parameter) -> bool| parameters(operation).any(wanted);
    if takes(&|one| one.parameter_in == ParameterIn::Path) {
        found.extend(PATH);
    }
    if takes(&|one| one.parameter_in == ParameterIn::Query) {
        found.extend(QUERY);
    }
    if takes(&|one| one.name == "Idempotency-Key") {
        found.extend(IDEMPOTENCY_KEY);
    }
    if takes(&|one| one.name == "If-Match") {
        found.extend(IF_MATCH);
    }
    if takes(&|one| one.name == "If-Match" && one.required == Required::True) {
        found.extend(REQUIRED_IF_MATCH);
    }
    if operation.request_body.is_some() {
        found.extend(BODY);
    }
    found
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// The names of a requirement can only be read from its JSON.
fn requires(operation: &Operation, scheme: &str) -> bool {
    let named =
        |requirement| serde_json::to_value(requirement).is_ok_and(|value: Value| value.get(scheme).is_some());
    operation.security.iter().flatten().any(named)
}

/// Names the code in the description of its status, in front of the handler's own text.
fn add_code(operation: &mut Operation, status: &str, code: &str) {
    let response = operation.responses.responses.entry(status.to_owned());
    let RefOr::T(response) = response.or_insert_with(|| RefOr::T(Response::new(""))) else { return };
    let name = format!("`{code}`");
    if response.description.contains(&name) {
        return;
    }
    response.description = match response.description.as_str() {
        "" => name,
        known => format!("{name}, {known}"),
    };
}

/// Gives a problem its body, which is the same everywhere, and any response the description that OpenAPI requires.
fn describe(status: &str, response: &mut RefOr<Response>) {
    let is_problem = status == "default" || status.starts_with('4') || status.starts_with('5');
    let RefOr::T(response) = response else { return };
    if is_problem {
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM_SCHEMA))).build();
        response.content = BTreeMap::from([(PROBLEM_TYPE.to_owned(), RefOr::T(body))]).into_iter().collect();
    }
    if response.description.is_empty() {
        let status = StatusCode::from_bytes(status.as_bytes()).ok();
        let reason = status.and_then(|status| status.canonical_reason());
        reason.unwrap_or("Any other problem").clone_into(&mut response.description);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn completed(operation: Value) -> Value {
        let document = json!({
            "openapi": "3.1.0", "info": { "title": "t", "version": "1" },
            "paths": { "/v1/garages/{garage}": { "post": operation } }
        });
        let mut document: OpenApi = serde_json::from_value(document).unwrap();
        complete(
            &mut document,
            &[SecurityRefusal { scheme: "session", status: "401", code: "unauthorized" }],
        );
        serde_json::to_value(document).unwrap()["paths"]["/v1/garages/{garage}"]["post"].clone()
    }

    #[test]
    fn an_operation_gets_the_refusals_of_what_it_takes() {
        let operation = completed(json!({
            "parameters": [
                { "name": "garage", "in": "path", "required": true, "schema": { "type": "string" } },
                { "name": "If-Match", "in": "header", "required": true, "schema": { "type": "string" } },
            ],
            "security": [{ "session": [] }],
            "responses": { "404": { "description": "`no_such_day`" }, "200": { "description": "" } },
        }));
        let responses = &operation["responses"];
        assert_eq!(responses["404"]["description"], "`not_found`, `no_such_day`");
        assert_eq!(responses["401"]["description"], "`unauthorized`");
        assert_eq!(responses["428"]["description"], "`if_match_missing`");
        assert_eq!(responses["503"]["description"], "`timed_out`, `busy`");
        assert_eq!(responses["415"], Value::Null);
        assert_eq!(responses["200"]["description"], "OK");
        let schema = &responses["default"]["content"]["application/problem+json"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/ProblemDetails");
        assert_eq!(operation["operationId"], "post_v1_garages_garage");
    }

    #[test]
    fn a_code_that_the_handler_describes_is_not_repeated() {
        let operation = completed(json!({
            "requestBody": { "content": {} },
            "responses": { "422": { "description": "`invalid_body`: not 1 to 72 `hours`" } },
        }));
        assert_eq!(operation["responses"]["422"]["description"], "`invalid_body`: not 1 to 72 `hours`");
        assert_eq!(operation["responses"]["413"]["description"], "`body_too_large`");
        assert_eq!(operation["responses"]["401"], Value::Null);
    }
}
