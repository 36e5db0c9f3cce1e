//! Authorization of the mini-program's API: every operation, requested by every identity, through a real miniapp-api from
//! a real server. The server's own doors have the same test in `server/tests`.

mod calls;
mod door;
mod identity;
mod scene;
mod stream;
mod tables;

use std::collections::BTreeSet;
use std::path::Path;

use testkit::authorization::{document, run, sight, table};

const BASE: &str = "/api/v1";

/// Operations without a place in the OpenAPI document. They hold no data and need no identity.
const UNDESCRIBED: [&str; 4] = ["GET /api/openapi.json", "GET /healthz", "GET /readyz", "GET /metrics"];

fn rows() -> Vec<table::MatrixRow> {
    table::parse(tables::MINIAPP, identity::count())
}

#[tokio::test]
async fn every_identity_receives_what_the_table_grants() {
    let scene = scene::start().await;
    let sights = sight::parse(tables::SIGHTS, identity::count());
    let faults = run::faults(&scene, &rows(), sights, &identity::letters()).await;
    assert!(faults.is_empty(), "/api/v1 differs from its table:\n{}", faults.join("\n"));
}

#[test]
fn every_operation_of_the_api_has_a_row_and_every_row_an_operation() {
    let document = serde_json::to_value(miniapp_api::http::openapi::document()).unwrap();
    let described = table::described_operations(&document);
    let faults = table::coverage_faults(BASE, &rows(), &described);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[tokio::test]
async fn what_needs_no_identity_shows_no_person() {
    let scene = scene::start().await;
    let sights = sight::parse(tables::SIGHTS, identity::count());
    let detector = sight::LeakDetector::new(sights);
    for operation in BTreeSet::from(UNDESCRIBED) {
        let path = operation.trim_start_matches("GET ");
        let response = reqwest::get(format!("{}{path}", scene.miniapp)).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let leaks = detector.in_refusal(&response.text().await.unwrap());
        assert!(leaks.is_empty(), "{path} shows {leaks:?}");
    }
}

#[test]
fn the_document_of_the_api_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/authorization.md");
    document::check(&path, "identities of miniapp-api", &document::legend(identity::GROUPS));
    let letters = identity::letters();
    let sights = document::sights(&letters, &sight::parse(tables::SIGHTS, identity::count()));
    let matrix = document::matrix(&letters, &rows());
    let text = format!("{matrix}\nPersonal data in its responses:\n\n{sights}");
    document::check(&path, "mini-program door", &text);
}
