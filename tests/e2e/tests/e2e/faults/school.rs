//! One small school, its cars, and the checks that hold in the end.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::{ClassId, GarageId};
use e2e::district::{DistrictKind, FamilyCar, families};
use e2e::records;
use e2e::system::{SystemForm, SystemSetup, TestSystem};
use protocol::people::ClassArrival;
use simulator::controller::{AckOutcome, CommandAction, ControllerHandle, FirstCommand, PendingEvent};
use testkit::wait;

use crate::scene::{SURE, id, teacher_of};

/// A killed PostgreSQL recovers, back-offs run out, controllers send again after 15 s at most.
pub(super) const RECOVERY: Duration = Duration::from_secs(60);

pub(super) fn setup(form: SystemForm) -> SystemSetup {
    let place = DistrictKind::Uniform { schools: 1, classes: 2, cars: 40 };
    SystemSetup::new(form, place)
}

pub(super) fn garage() -> GarageId {
    id("g0")
}

pub(super) fn classes() -> [ClassId; 2] {
    [id("s0-c0"), id("s0-c1")]
}

/// A car at the gate, with its controller's pending answers.
pub(super) struct Car {
    pub family: FamilyCar,
    pub pending: PendingEvent,
}

/// The outcome of a car.
pub(super) struct Told {
    pub family: FamilyCar,
    pub event_id: String,
    /// `None` when the command came too late to open anything, or never.
    pub decided: Option<FirstCommand>,
}

impl Told {
    pub(super) fn opened(&self) -> bool {
        self.decided.as_ref().is_some_and(|decided| decided.action == CommandAction::Opened)
    }
}

/// One car for each family of `numbers`; they do not wait for each other.
pub(super) fn drive_up(
    system: &TestSystem,
    lane: &ControllerHandle,
    numbers: std::ops::Range<usize>,
) -> Vec<Car> {
    let all = families(system.invented(), &garage());
    let cars = all[numbers].iter().map(|family| Car {
        family: family.clone(),
        pending: lane.plate_read(Some(&family.plate), SURE).unwrap(),
    });
    cars.collect()
}

/// Waits until each car's event is acknowledged.
pub(super) async fn acknowledged(cars: Vec<Car>) -> Vec<Told> {
    let mut told = Vec::new();
    for Car { family, mut pending } in cars {
        let acked = tokio::time::timeout(RECOVERY, pending.acked).await.expect("an acknowledgement").unwrap();
        assert_eq!(acked.outcome, AckOutcome::Stored);
        let event_id = pending.event_id.to_string();
        told.push(Told { family, event_id, decided: pending.decided.try_recv().ok() });
    }
    told
}

/// Every acknowledged event is in the database once; every car that was let in is one arrival for each of its children.
pub(super) async fn everything_once(system: &TestSystem, told: &[Told]) {
    wait::until(RECOVERY, "every event is in the database", async || {
        let stored = records::events(&system.app().store).await;
        told.iter().all(|told| stored.iter().any(|event| event.event_id == told.event_id)).then_some(())
    })
    .await;
    let stored = records::events(&system.app().store).await;
    assert_eq!(stored.len(), told.len(), "each event once and no other");
    let boards = boards(system).await;
    for Told { family, .. } in told.iter().filter(|told| told.opened()) {
        for (name, class) in &family.children {
            let times = boards[class].iter().filter(|arrival| &arrival.pupil == name).count();
            assert_eq!(times, 1, "one arrival for each child of a car that was let in");
        }
    }
}

/// Every class's arrivals in their order.
pub(super) async fn boards(system: &TestSystem) -> BTreeMap<ClassId, Vec<ClassArrival>> {
    let mut boards = BTreeMap::new();
    for class in classes() {
        let mut arrivals = teacher_of(system, &class).await.board(&class).await.arrivals;
        arrivals.sort_by_key(|arrival| arrival.order);
        boards.insert(class, arrivals);
    }
    boards
}

/// The children of these cars that are in `class`, in the order of the gate.
pub(super) fn names<'a>(told: &'a [Told], class: &ClassId) -> Vec<&'a str> {
    let children = told.iter().flat_map(|told| &told.family.children);
    children.filter(|(_, of)| of == class).map(|(name, _)| name.as_str()).collect()
}
