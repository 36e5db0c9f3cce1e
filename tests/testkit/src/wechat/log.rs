//! The calls received, for assertions.

use std::collections::BTreeMap;

use serde_json::Value;

/// One call as received.
#[derive(Debug, Clone, PartialEq)]
pub struct WechatCall {
    pub path: &'static str,
    pub query: BTreeMap<String, String>,
    /// `null` for a GET.
    pub body: Value,
    /// The `errcode` of the answer; 0 for success, `None` if the fault has no `errcode`.
    pub errcode: Option<i64>,
}
