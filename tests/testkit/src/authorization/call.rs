//! Requests, identities and responses.

use serde_json::Value;

use super::table::MatrixRow;

/// A request without credentials. `path` has the door's base and the query.
#[derive(Debug, Clone)]
pub struct MatrixCall {
    pub method: String,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

impl MatrixCall {
    /// The row's operation below `base`; the parameters of its path are still to fill in.
    pub fn new(base: &str, row: &MatrixRow) -> Self {
        let (method, path) = row.operation.split_once(' ').expect("an operation is a method and a path");
        Self { method: method.to_owned(), path: format!("{base}{path}"), headers: Vec::new(), body: None }
    }

    #[must_use]
    pub fn at(mut self, parameter: &str, value: &str) -> Self {
        let place = format!("{{{parameter}}}");
        assert!(self.path.contains(&place), "{} has no {place}", self.path);
        self.path = self.path.replace(&place, value);
        self
    }

    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.path = format!("{}?{query}", self.path);
        self
    }

    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Panics if a parameter is left.
    #[must_use]
    pub fn complete(self) -> Self {
        assert!(!self.path.contains('{'), "{} has a parameter without a value", self.path);
        self
    }
}

/// Request headers of one identity.
#[derive(Debug, Clone, Default)]
pub struct MatrixIdentity {
    pub headers: Vec<(&'static str, String)>,
}

impl MatrixIdentity {
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// An operator's session.
    #[must_use]
    pub fn cookie(self, token: &str) -> Self {
        self.with("cookie", &format!("operator_session={token}"))
    }

    /// The header against cross-site requests. Any program can send it, so it is no credential.
    #[must_use]
    pub fn console(self) -> Self {
        self.with("x-requested-with", "console")
    }

    /// The tokens in its headers.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        let values = self.headers.iter().filter_map(|(_, value)| value.rsplit([' ', '=']).next());
        values.filter(|token| token.len() >= SHORTEST_TOKEN)
    }
}

/// Shorter header values are ordinary words.
const SHORTEST_TOKEN: usize = 20;

#[derive(Debug, Clone)]
pub struct MatrixReply {
    pub status: u16,
    pub etag: String,
    /// Headers and body, to search.
    text: String,
    pub body: Value,
}

impl MatrixReply {
    /// A body that is not JSON becomes `null`.
    pub fn new(status: u16, headers: &[(String, String)], body: &str) -> Self {
        let parsed: Value = serde_json::from_str(body).unwrap_or_default();
        let etag = headers.iter().find(|(name, _)| name == "etag").map(|(_, value)| value.clone());
        // The second form has no escapes.
        let text = format!("{headers:?}\n{body}\n{parsed}");
        Self { status, etag: etag.unwrap_or_default(), text, body: parsed }
    }

    /// Of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}
