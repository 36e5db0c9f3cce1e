use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

fn written() -> Value {
    serde_json::to_value(document()).unwrap()
}

fn operation<'a>(document: &'a Value, route: &ProxyRoute) -> &'a Value {
    let method = route.method.method().as_str().to_lowercase();
    &document["paths"][route.public_path()][method]
}

#[test]
fn every_row_of_the_table_has_the_servers_description() {
    let (document, server) = (written(), serde_json::from_str::<Value>(SERVER_DOCUMENT).unwrap());
    for route in &ROUTES {
        let described = operation(&document, route);
        let method = route.method.method().as_str().to_lowercase();
        let source = &server["paths"][route.internal_path()][method];
        assert!(source["description"].is_string() || source["summary"].is_string(), "{route:?}");
        for part in ["summary", "description", "parameters", "requestBody", "tags"] {
            assert_eq!(described[part], source[part], "{route:?}: {part}");
        }
        for (status, response) in source["responses"].as_object().unwrap() {
            assert_eq!(&described["responses"][status], response, "{route:?}: {status}");
        }
        assert_eq!(described["security"], json!([{ "session": [] }]), "{route:?}");
    }
}

#[test]
fn a_rate_limit_and_an_old_address_are_in_the_description() {
    let document = written();
    for route in &ROUTES {
        let described = operation(&document, route);
        assert_eq!(described["deprecated"] == json!(true), route.is_deprecated(), "{route:?}");
        let is_limited = described["responses"]["429"]["description"] == "`too_many_requests`";
        assert_eq!(is_limited, route.budget != SessionBudget::Unlimited, "{route:?}");
    }
}

#[test]
fn the_servers_document_is_read_without_loss() {
    let server: Value = serde_json::from_str(SERVER_DOCUMENT).unwrap();
    assert_eq!(serde_json::to_value(server_document()).unwrap(), server);
}

#[test]
fn each_schema_is_referred_to_and_each_reference_has_its_schema() {
    let document = written();
    let mut names = BTreeSet::new();
    schemas::collect(&document, &mut names);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let missing: Vec<_> = names.iter().filter(|name| !schemas.contains_key(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for internal in ["NewPersonSession", "ArrivalFeedPage", "ClassFeedUpdate"] {
        assert!(!schemas.contains_key(internal), "{internal} is the server's own");
    }
}
