//! The published documents and their operations.

use std::fs;

use serde_json::Value;

use crate::repository::root;

pub(super) const SERVER: &str = "docs/openapi/server.json";
pub(super) const MINIAPP: &str = "docs/openapi/miniapp-api.json";

/// The documents that `service::http::openapi` completes.
pub(super) const COMPLETED: [&str; 2] = [SERVER, MINIAPP];

pub(super) struct DescribedOperation {
    pub document: &'static str,
    pub method: String,
    pub path: String,
    pub operation: Value,
}

impl DescribedOperation {
    pub(super) fn name(&self) -> String {
        format!("{}: {} {}", self.document, self.method, self.path)
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.operation["parameters"].as_array().into_iter().flatten()
    }

    pub(super) fn takes(&self, part: &str, text: &str) -> bool {
        self.parameters().any(|one| one[part] == text)
    }

    /// Status and description of each problem.
    pub(super) fn problems(&self) -> impl Iterator<Item = (&String, &str)> {
        let responses = self.operation["responses"].as_object().into_iter().flatten();
        let problems = responses.filter(|(status, _)| status.starts_with(['4', '5', 'd']));
        problems.map(|(status, response)| (status, response["description"].as_str().unwrap_or_default()))
    }

    pub(super) fn names(&self, status: &str, code: &str) -> bool {
        let listed = format!("`{code}`");
        self.problems().any(|(known, description)| known == status && description.contains(&listed))
    }
}

pub(super) fn read(document: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(document)).unwrap()).unwrap()
}

pub(super) fn operations() -> Vec<DescribedOperation> {
    let mut all = Vec::new();
    for document in [SERVER, MINIAPP] {
        for (path, item) in read(document)["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let (method, path) = (method.to_uppercase(), path.clone());
                all.push(DescribedOperation { document, method, path, operation: operation.clone() });
            }
        }
    }
    assert!(all.len() > 100, "operations are found: {}", all.len());
    all
}
