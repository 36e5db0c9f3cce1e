//! The published OpenAPI documents are those of the routes. Clients generate their types from them.

use std::env;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

/// The published document and that of the routes are equal, but for the version of the release.
fn is_published(name: &str, document: impl Serialize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi").join(name);
    let mut document = serde_json::to_value(document).unwrap();
    document["info"]["version"] = "released".into();
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, format!("{document:#}\n")).unwrap();
    }
    let published: Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap_or_default()).unwrap_or_default();
    let hint = "regenerate: UPDATE_GOLDEN=1 cargo test --workspace --test e2e -- interfaces; then review the difference";
    assert!(published == document, "docs/openapi/{name} is not the document of the routes; {hint}");
}

#[test]
fn the_servers_document_is_published() {
    is_published("server.json", server::http::openapi::document());
}

#[test]
fn the_document_of_the_mini_program_interface_is_published() {
    is_published("miniapp-api.json", miniapp_api::http::openapi::document());
}
