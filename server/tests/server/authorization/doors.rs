//! The doors: base path, table, sights, and the requests of the rows.

use std::pin::Pin;

use testkit::authorization::call::{MatrixCall, MatrixIdentity, MatrixReply};
use testkit::authorization::dump::TableDump;
use testkit::authorization::run::{self, MatrixTarget};
use testkit::authorization::sight;
use testkit::authorization::table::{self, MatrixRow};

use super::scene::{self, MatrixScene};
use super::{calls, identity, operator_calls, sights, tables};
use crate::common::StoreFixture;

/// Builds the request of a row, with objects that exist.
type BuildCall = for<'a> fn(&'a MatrixScene, &'a MatrixRow) -> Pin<Box<dyn Future<Output = MatrixCall> + 'a>>;

pub(super) struct MatrixDoor {
    /// Heading in the document.
    pub name: &'static str,
    pub base: &'static str,
    table: &'static str,
    pub sights: &'static str,
    call: BuildCall,
}

pub(super) const DOORS: [&MatrixDoor; 4] = [&INTERNAL, &OPERATOR, &GATEWAY, &PUBLIC];

pub(super) const INTERNAL: MatrixDoor = MatrixDoor {
    name: "internal door",
    base: "/internal/v1",
    table: tables::INTERNAL,
    sights: sights::INTERNAL,
    call: |scene, row| Box::pin(calls::internal(scene, row)),
};

pub(super) const OPERATOR: MatrixDoor = MatrixDoor {
    name: "operator door",
    base: "/api/operator/v1",
    table: tables::OPERATOR,
    sights: sights::OPERATOR,
    call: |scene, row| Box::pin(operator_calls::operator(scene, row)),
};

pub(super) const GATEWAY: MatrixDoor = MatrixDoor {
    name: "gateway door",
    base: "/gateway/v1",
    table: tables::GATEWAY,
    sights: sights::GATEWAY,
    call: |scene, row| Box::pin(calls::gateway(scene, row)),
};

/// Everything that is below no other base.
pub(super) const PUBLIC: MatrixDoor = MatrixDoor {
    name: "public door",
    base: "",
    table: tables::PUBLIC,
    sights: sights::PUBLIC,
    call: |scene, row| Box::pin(calls::public(scene, row)),
};

/// Operations without a place in the OpenAPI document.
pub(super) const UNDESCRIBED: [&str; 4] =
    ["GET /api/openapi.json", "GET /healthz", "GET /readyz", "GET /metrics"];

impl MatrixDoor {
    pub(super) fn rows(&self) -> Vec<MatrixRow> {
        table::parse(self.table, identity::count())
    }

    /// Whether the operation `METHOD /path` belongs to this door.
    pub(super) fn has(&self, operation: &str) -> bool {
        let below =
            |door: &&&MatrixDoor| !door.base.is_empty() && operation.contains(&format!(" {}/", door.base));
        match DOORS.iter().find(below) {
            Some(door) => door.base == self.base,
            None => self.base.is_empty(),
        }
    }
}

/// A door of a running server.
struct OpenDoor<'a> {
    scene: &'a MatrixScene,
    door: &'a MatrixDoor,
}

impl MatrixTarget for OpenDoor<'_> {
    async fn identities(&self) -> Vec<MatrixIdentity> {
        identity::all(self.scene).await
    }

    async fn call(&self, row: &MatrixRow) -> MatrixCall {
        (self.door.call)(self.scene, row).await.complete()
    }

    async fn send(&self, call: &MatrixCall, identity: &MatrixIdentity) -> MatrixReply {
        self.scene.send(call, identity).await
    }

    async fn dump(&self) -> TableDump {
        self.scene.dump().await
    }
}

/// Fails with every cell that differs from the door's tables.
pub(super) async fn check_door(fixture: &StoreFixture, door: &MatrixDoor) {
    let scene = scene::start(fixture).await;
    let target = OpenDoor { scene: &scene, door };
    let sights = sight::parse(door.sights, identity::count());
    let faults = run::faults(&target, &door.rows(), sights, &identity::letters()).await;
    assert!(faults.is_empty(), "{} differs from its table:\n{}", door.name, faults.join("\n"));
}
