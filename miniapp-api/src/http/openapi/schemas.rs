//! The schemas of the document: those that an action of this API refers to, and none that the server has for itself.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::OpenApi;

const PREFIX: &str = "#/components/schemas/";

/// Takes from `server` what `document` refers to, and what that refers to in turn.
pub(super) fn add_referenced(document: &mut OpenApi, server: &OpenApi) {
    let Some(known) = &server.components else { return };
    loop {
        let mut names = BTreeSet::new();
        collect(&serde_json::to_value(&*document).unwrap_or_default(), &mut names);
        let schemas = &mut document.components.get_or_insert_default().schemas;
        names.retain(|name| !schemas.contains_key(name));
        let before = schemas.len();
        schemas.extend(
            names.into_iter().filter_map(|name| Some((name.clone(), known.schemas.get(&name)?.clone()))),
        );
        if schemas.len() == before {
            return;
        }
    }
}

/// The names of all schemas to which `value` refers.
pub(super) fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let target = fields.get("$ref").and_then(Value::as_str);
            names.extend(target.and_then(|target| target.strip_prefix(PREFIX)).map(str::to_owned));
            fields.values().for_each(|field| collect(field, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
