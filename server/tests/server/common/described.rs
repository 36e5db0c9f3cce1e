//! Every response that a test receives is in the OpenAPI document: its status, and the code of its problem.

use std::sync::LazyLock;

use serde_json::{Map, Value};

static PATHS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let document = serde_json::to_value(server::http::openapi::document()).unwrap();
    document["paths"].as_object().unwrap().clone()
});

/// The described path that matches, the one with the fewest parameters first.
fn template(path: &str) -> Option<(&String, &Value)> {
    let matches = |template: &str| {
        let (mut asked, mut known) = (path.split('/'), template.split('/'));
        asked.by_ref().zip(known.by_ref()).all(|(asked, known)| known.starts_with('{') || asked == known)
            && path.split('/').count() == template.split('/').count()
    };
    let found = PATHS.iter().filter(|(template, _)| matches(template));
    found.min_by_key(|(template, _)| template.matches('{').count())
}

/// Fails if a described route has answered otherwise than described.
pub(super) fn require(method: &str, path: &str, status: u16, code: &str) {
    let Some((template, item)) = template(path) else { return };
    let operation = &item[method.to_lowercase()];
    if operation.is_null() {
        return;
    }
    let response = &operation["responses"][status.to_string()];
    assert!(response.is_object(), "{method} {template}: {status} `{code}` is not in the OpenAPI document");
    let description = response["description"].as_str().unwrap_or_default();
    let is_named = code.is_empty() || description.contains(&format!("`{code}`"));
    assert!(is_named, "{method} {template}: {status} `{code}` is not in the OpenAPI document: {description}");
}
