//! Authorization, complete: every operation of every door, requested by every identity, on both databases.
//!
//! A table has a row for each operation and each kind of object, and one letter for each identity ([`identity`]). The
//! rows are exactly the operations of the OpenAPI document, so an operation without a row fails. For each row:
//!
//! - an identity that must be refused is refused, sees no personal data, and changes no row of the database;
//! - an identity that must pass does, and sees only the personal data of the sight table;
//! - no response contains a token of any identity.
//!
//! `docs/authorization.md` shows the tables; `UPDATE_GOLDEN=1` rewrites it.

mod calls;
mod doors;
mod identity;
mod lookup;
mod operator_calls;
mod scene;
mod seed;
mod sights;
mod tables;

use std::path::Path;

use testkit::authorization::{document, sight, table};

use doors::{DOORS, MatrixDoor, check_door};

contract!(the_internal_door, |fixture| check_door(fixture, &doors::INTERNAL));
contract!(the_operators_door, |fixture| check_door(fixture, &doors::OPERATOR));
contract!(the_gateways_door, |fixture| check_door(fixture, &doors::GATEWAY));
contract!(the_public_door, |fixture| check_door(fixture, &doors::PUBLIC));

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let document = serde_json::to_value(server::http::openapi::document()).unwrap();
    let mut described = table::described_operations(&document);
    described.extend(doors::UNDESCRIBED.iter().map(|operation| (*operation).to_owned()));
    let mut faults = Vec::new();
    for door in DOORS {
        let own = described.iter().filter(|operation| door.has(operation)).cloned().collect();
        faults.extend(table::coverage_faults(door.base, &door.rows(), &own));
    }
    let stray = described.iter().filter(|operation| !DOORS.iter().any(|door| door.has(operation)));
    faults.extend(stray.map(|operation| format!("{operation}: no door of the matrix has it")));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/authorization.md");
    document::check(&path, "identities of the server", &document::legend(identity::GROUPS));
    for door in DOORS {
        document::check(&path, door.name, &section(door));
    }
}

fn section(door: &MatrixDoor) -> String {
    let letters = identity::letters();
    let mut text = document::matrix(&letters, &door.rows());
    let sights = sight::parse(door.sights, identity::count());
    if !sights.is_empty() {
        text.push_str("\nPersonal data in its responses:\n\n");
        text.push_str(&document::sights(&letters, &sights));
    }
    text
}
