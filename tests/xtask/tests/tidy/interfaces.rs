//! Routes, OpenAPI documents and `docs/api.md` name the same things.
//!
//! The published documents in `docs/openapi` are those of the routes: a test of `e2e` holds that.

mod described;
mod refusals;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::repository::{none, product_sources, root};
use described::{COMPLETED, MINIAPP, SERVER, operations, read};

/// Files with routes that no OpenAPI document has, and why.
const UNDESCRIBED: [(&str, &str); 7] = [
    ("server/src/http/openapi.rs", "the document itself"),
    ("miniapp-api/src/http.rs", "the document itself"),
    ("miniapp-api/src/http/proxy.rs", "rows of the proxy's table, each of which the document has by a test"),
    ("crates/service/src/http/operational.rs", "liveness, readiness and metrics: for an orchestrator"),
    ("crates/web/src/http.rs", "static pages"),
    ("crates/standalone/src/demo/login.rs", "the demo's log-in, which no product has"),
    ("gateway/", "devices of makers define these addresses; the gateway has no API"),
];

/// Words that descriptions of problems name besides codes and parameters: members of the problem, an act, and a field.
const OTHER_WORDS: [&str; 5] = ["field", "detail", "help", "confirm", "pupils"];

fn backticked(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Routes such as `` `GET /gateway/v1/orders?run=UUID` `` in a document, without query and body.
fn written_routes(text: &str) -> BTreeSet<String> {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let route = |code: &str| {
        let (method, rest) = code.split_once(' ')?;
        let path = rest.split([' ', '?']).next()?;
        (methods.contains(&method) && path.starts_with('/')).then(|| format!("{method} {path}"))
    };
    text.lines().flat_map(|line| backticked(line).filter_map(route).collect::<Vec<_>>()).collect()
}

/// Whether a line registers a route of axum by hand. `.routes(routes!(..))` of a table does not.
fn registers(line: &str) -> bool {
    [".route(", ".route_service(", ".nest_service("].iter().any(|call| line.contains(call))
}

/// The authorization matrix has the operations of the documents: a route beside them would have no row.
#[test]
fn every_route_is_in_a_described_table() {
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for file in product_sources().into_iter().filter(|file| !file.path.ends_with("/tests.rs")) {
        let product = file.text.split("\n#[cfg(test)]\n").next().unwrap_or_default();
        for line in product.lines().filter(|line| registers(line)) {
            match UNDESCRIBED.iter().find(|(place, _)| file.path.starts_with(place)) {
                Some((place, _)) => drop(used.insert(*place)),
                None => faults.push(format!("{}: {}", file.path, line.trim())),
            }
        }
    }
    none("a route describes itself, in the table of its door (`described`)", &faults);
    let unused = UNDESCRIBED.iter().filter(|(place, _)| !used.contains(place));
    none("a place without routes", &unused.map(|(place, _)| (*place).to_owned()).collect::<Vec<_>>());
}

#[test]
fn the_api_document_lists_the_described_routes_and_no_others() {
    let api = fs::read_to_string(root().join("docs/api.md")).unwrap();
    let written = written_routes(&api);
    let described: BTreeSet<String> =
        operations().iter().map(|one| format!("{} {}", one.method, one.path)).collect();
    none("docs/api.md lists every route", &described.difference(&written).cloned().collect::<Vec<_>>());
    none("a listed route exists", &written.difference(&described).cloned().collect::<Vec<_>>());
}

#[test]
fn every_described_code_is_in_the_list_of_codes() {
    let api = fs::read_to_string(root().join("docs/api.md")).unwrap();
    let section = api.split("\n## ").find(|section| section.starts_with("Errors")).unwrap();
    let codes: BTreeSet<&str> = section.lines().flat_map(backticked).collect();
    let mut faults = Vec::new();
    for one in operations() {
        for (status, description) in one.problems() {
            let is_known =
                |word: &str| codes.contains(word) || OTHER_WORDS.contains(&word) || one.takes("name", word);
            let unknown = backticked(description).filter(|word| !is_known(word));
            faults.extend(unknown.map(|word| format!("{}: {status} `{word}`", one.name())));
        }
    }
    none("docs/api.md has every code", &faults);
}

/// The targets of all `$ref`.
fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_reference_leads_to_a_schema() {
    let mut faults = Vec::new();
    for name in [SERVER, MINIAPP] {
        let document = read(name);
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 10, "{name} has references");
        let broken = found.iter().filter(|target| document.pointer(target.trim_start_matches('#')).is_none());
        faults.extend(broken.map(|target| format!("{name}: {target}")));
    }
    none("a reference leads to a schema", &faults);
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let mut seen = BTreeSet::new();
    let all = operations();
    let ids = all.iter().filter(|one| COMPLETED.contains(&one.document));
    let ids = ids.map(|one| format!("{}: {}", one.document, one.operation["operationId"]));
    let repeated: Vec<_> = ids.filter(|id| !seen.insert(id.clone())).collect();
    none("an id names one operation", &repeated);
}
