//! An operation says with which problems it refuses what it takes.

use serde_json::Value;

use super::described::{COMPLETED, DescribedOperation, operations};
use crate::repository::none;

/// Problems that follow from what an operation takes.
fn refusals(one: &DescribedOperation) -> Vec<(&'static str, &'static str)> {
    let requires_match = one.parameters().any(|it| it["name"] == "If-Match" && it["required"] == true);
    let rules: [(bool, &[(&str, &str)]); 7] = [
        (one.takes("in", "path"), &[("404", "not_found")]),
        (one.takes("in", "query"), &[("400", "invalid_query")]),
        (
            one.operation["requestBody"].is_object(),
            &[
                ("400", "malformed_json"),
                ("413", "body_too_large"),
                ("415", "not_json"),
                ("422", "invalid_body"),
            ],
        ),
        (
            one.takes("name", "Idempotency-Key"),
            &[("400", "idempotency_key_missing"), ("409", "idempotency_key_reused")],
        ),
        (one.takes("name", "If-Match"), &[("400", "invalid_if_match")]),
        (requires_match, &[("428", "if_match_missing")]),
        (true, &[("500", "internal"), ("503", "timed_out")]),
    ];
    rules.iter().filter(|(taken, _)| *taken).flat_map(|(_, refusals)| refusals.iter().copied()).collect()
}

/// Problems of the caller's credentials.
fn credential_refusals(one: &DescribedOperation) -> Vec<(&'static str, &'static str)> {
    let schemes = [
        ("service", ("401", "service_unauthorized")),
        ("session", ("401", "unauthorized")),
        ("gateway", ("401", "unauthorized")),
        ("operator", ("401", "unauthorized")),
        ("console", ("403", "not_from_console")),
    ];
    let required = one.operation["security"].to_string();
    let is_required = |scheme: &&(&str, _)| required.contains(&format!("\"{}\"", scheme.0));
    schemes.iter().filter(is_required).map(|(_, refusal)| *refusal).collect()
}

#[test]
fn every_operation_says_how_it_refuses_what_it_takes() {
    let mut faults = Vec::new();
    for one in operations().iter().filter(|one| COMPLETED.contains(&one.document)) {
        let missing = refusals(one).into_iter().chain(credential_refusals(one));
        let missing = missing.filter(|(status, code)| !one.names(status, code));
        faults.extend(missing.map(|(status, code)| format!("{}: {status} `{code}`", one.name())));
        if one.takes("name", "If-Match") && !one.problems().any(|(status, _)| status == "412") {
            faults.push(format!("{}: 412 with the code of the changed resource", one.name()));
        }
        let responses = one.operation["responses"].as_object().into_iter().flatten();
        let is_empty = |response: &Value| response["description"].as_str().is_none_or(str::is_empty);
        let undescribed = responses.filter(|(_, response)| is_empty(response));
        faults
            .extend(undescribed.map(|(status, _)| format!("{}: {status} without a description", one.name())));
        if one.operation["responses"]["default"].is_null() {
            faults.push(format!("{}: default", one.name()));
        }
        if one.operation["security"].as_array().is_none_or(Vec::is_empty) {
            faults.push(format!("{}: who may call it", one.name()));
        }
    }
    none("an operation says how it refuses", &faults);
}
