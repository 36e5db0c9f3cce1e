//! The school of the demo's district, its lanes and families. Every test takes families of its own.

use domain::ids::{ClassId, GarageId};
use domain::time::{Clock, Timestamp};
use e2e::district::{FamilyCar, families, teacher};
use e2e::phone::{PATIENCE, PhoneClient};
use e2e::records;
use e2e::system::TestSystem;
use simulator::controller::{ControllerHandle, EventAckReceipt, FirstCommand};
use testkit::wait;
use tokio::sync::oneshot;

/// The confidence of a reliable reading.
pub(crate) const SURE: u8 = 98;

pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn school() -> GarageId {
    id("haifeng-b1")
}

/// The controller of one of the district's lanes.
pub(crate) async fn lane(system: &TestSystem, garage: &GarageId, lane: &str) -> ControllerHandle {
    system.controller(garage, &system.lane(garage, lane).device).await
}

/// The `n`th family that has this many children.
pub(crate) fn family(system: &TestSystem, children: usize, n: usize) -> FamilyCar {
    let all = families(system.invented(), &school());
    all.into_iter().filter(|family| family.children.len() == children).nth(n).unwrap()
}

/// Families with one child each, all in this class, beginning with the last: the first are other tests'.
pub(crate) fn of_class(system: &TestSystem, class: &ClassId, count: usize) -> Vec<FamilyCar> {
    let all = families(system.invented(), &school()).into_iter().rev();
    let alone = |family: &FamilyCar| family.children.len() == 1 && &family.children[0].1 == class;
    let found: Vec<FamilyCar> = all.filter(alone).take(count).collect();
    assert_eq!(found.len(), count);
    found
}

pub(crate) async fn teacher_of(system: &TestSystem, class: &ClassId) -> PhoneClient {
    system.log_in(teacher(system.invented(), class)).await
}

/// The answer that must come.
pub(crate) async fn answer<T>(receiver: oneshot::Receiver<T>) -> T {
    tokio::time::timeout(PATIENCE, receiver).await.expect("an answer in time").expect("the controller lives")
}

/// The clock of this machine, as a controller would have it.
pub(crate) fn now() -> Timestamp {
    service::clock::SystemClock.now()
}

/// A car drives up: what its barrier did, and the acknowledgement.
pub(crate) async fn drive(lane: &ControllerHandle, plate: &str) -> (FirstCommand, EventAckReceipt) {
    let pending = lane.plate_read(Some(plate), SURE).unwrap();
    (answer(pending.decided).await, answer(pending.acked).await)
}

/// Waits until the garage's gateway has reported the current plan as applied.
pub(crate) async fn gate_knows(system: &TestSystem, garage: &GarageId) {
    wait::until(PATIENCE, "the gateway goes by the newest plan", async || {
        let plan = server::app::access_plan::plan(system.app(), garage).await.unwrap().unwrap();
        let applied = records::plan_etags(&system.app().store).await;
        applied.contains(&(garage.to_string(), Some(plan.etag.clone()))).then_some(())
    })
    .await;
}
