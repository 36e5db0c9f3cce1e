//! This version's processes start on the data of each released version and go on. Nothing here depends on today's date: the
//! tests check rows that are kept for good, and events after the start.

mod outbox;
mod refused;
use std::collections::HashMap;

use domain::ids::GarageId;
use e2e::district::DistrictKind;
use e2e::phone::PATIENCE;
use e2e::records;
use e2e::system::{SystemForm, SystemPart, SystemSetup, TestSystem};
use simulator::controller::CommandAction;
use simulator::district::TRY_PLATE;
use testkit::released::{RELEASED, ReleasedData};
use testkit::wait;

use crate::scene::{drive, id, lane, school, teacher_of};
use outbox::UnsentRecords;

async fn occupied(system: &TestSystem, garage: &GarageId) -> i64 {
    let counts: HashMap<_, _> = records::occupied(&system.app().store).await.into_iter().collect();
    counts[garage.as_str()].expect("the garage has a count")
}

/// Events that the server has of this device and id.
async fn stored(system: &TestSystem, device: &str, event: &str) -> usize {
    let events = records::events(&system.app().store).await;
    events.iter().filter(|row| row.device == device && row.event_id == event).count()
}

/// The car reserved for a person comes for its child: it is let in, counted, and shown to the teacher.
async fn a_new_car_drives_in(system: &TestSystem) {
    let class = id("haifeng-1-1");
    let before = occupied(system, &school()).await;
    let mut stream = teacher_of(system, &class).await.follow(&class, None).await.unwrap();
    stream.until_live().await;
    let (decided, _) = drive(&lane(system, &school(), "try-in").await, TRY_PLATE).await;
    assert_eq!(decided.action, CommandAction::Opened);
    let shown = stream.arrival(|arrival| arrival.pupil == "王小满" && arrival.car_left_at.is_none()).await;
    assert_eq!(shown.class, class);
    wait::until(PATIENCE, "the car is counted", async || {
        (occupied(system, &school()).await == before + 1).then_some(())
    })
    .await;
    let console = system.operator("operator").await;
    assert_eq!(console.garage(&school()).await.occupied, Some(before + 1));
}

#[test]
fn a_released_demo_goes_on() {
    e2e::run(async {
        for released in RELEASED {
            let setup = SystemSetup {
                released: Some(released),
                ..SystemSetup::new(SystemForm::Standalone, DistrictKind::Demo)
            };
            let system = TestSystem::start(setup).await;
            let counts = released.demo_counts();
            for table in ["gate_event", "visit", "reservation", "person", "adjustment"] {
                assert_eq!(records::count(&system.app().store, table).await, counts.rows(table), "{table}");
            }
            for (garage, cars) in records::occupied(&system.app().store).await {
                assert_eq!(cars, counts.occupied(&garage), "{garage}");
            }
            a_new_car_drives_in(&system).await;
            system.stop().await;
        }
    });
}

#[test]
fn a_released_district_takes_a_released_gateways_records_once() {
    e2e::run(async {
        for released in RELEASED {
            let unsent = UnsentRecords::of(released).await;
            let setup = SystemSetup {
                released: Some(released),
                ..SystemSetup::new(SystemForm::Separate, DistrictKind::Demo)
            };
            let mut system = TestSystem::start(setup).await;
            all_are_taken(&system, released, &unsent).await;
            a_new_car_drives_in(&system).await;
            the_old_outbox_changes_nothing_again(&mut system, released, &unsent).await;
            system.stop().await;
        }
    });
}

async fn all_are_taken(system: &TestSystem, released: ReleasedData, unsent: &UnsentRecords) {
    let counts = released.district_counts();
    let known = counts.rows("gate_event") + i64::try_from(unsent.events.len()).unwrap();
    wait::until(PATIENCE, "the server has the old records", async || {
        (records::count(&system.app().store, "gate_event").await == known).then_some(())
    })
    .await;
    for (device, event) in &unsent.events {
        assert_eq!(stored(system, device, event).await, 1, "{event} of {device}");
    }
    let cars = counts.occupied(ReleasedData::GARAGE).unwrap() + unsent.delta;
    assert_eq!(occupied(system, &school()).await, cars);
    for (garage, cars) in records::occupied(&system.app().store).await {
        if garage != ReleasedData::GARAGE {
            assert_eq!(cars, counts.occupied(&garage), "{garage}");
        }
    }
    assert_eq!(records::count(&system.app().store, "person").await, counts.rows("person"));
}

/// Restores the gateway's disk as it was before it sent anything. Its credential stays: an older one may have ended.
async fn the_old_outbox_changes_nothing_again(
    system: &mut TestSystem,
    released: ReleasedData,
    unsent: &UnsentRecords,
) {
    let position = system.invented().sites.iter().position(|site| site.garage == school()).unwrap();
    system.terminate(SystemPart::Gateway(position)).await;
    UnsentRecords::put_back(released, &system.gateway_files(&school()).data);
    let before = records::count(&system.app().store, "gate_event").await;
    let cars = occupied(system, &school()).await;
    system.restart(SystemPart::Gateway(position)).await;
    // Records are sent in order: once this one is there, those before it were offered.
    drive(&lane(system, &school(), "try-out").await, TRY_PLATE).await;
    wait::until(PATIENCE, "the exit is counted", async || {
        (occupied(system, &school()).await == cars - 1).then_some(())
    })
    .await;
    assert_eq!(records::count(&system.app().store, "gate_event").await, before + 1);
    for (device, event) in &unsent.events {
        assert_eq!(stored(system, device, event).await, 1, "{event} of {device}");
    }
}
