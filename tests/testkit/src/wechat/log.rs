//! What was asked, for assertions.

use std::collections::BTreeMap;

use serde_json::Value;

/// One call as it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub path: &'static str,
    pub query: BTreeMap<String, String>,
    /// `null` for a GET.
    pub body: Value,
    /// The `errcode` of the answer; 0 for success, `None` when the fault was none of WeChat's own.
    pub errcode: Option<i64>,
}
