//! Compares what the system reports through its interfaces with the model. Reports arrive late, so each comparison is repeated
//! until it agrees; the panic has the last difference.

use std::collections::BTreeMap;
use std::fmt::Debug;

use domain::ids::ClassId;
use domain::name::masked;
use domain::pickup::PickupPhase;
use e2e::console::public_site;
use e2e::phone::PATIENCE;
use protocol::mqtt::EventKind;
use protocol::operator::{InventoryPreview, InventoryReport};
use protocol::people::{ClassArrival, HallArrivals};
use protocol::public::OpeningStatus;
use serde_json::json;
use testkit::wait;

use super::model::{AfternoonModel, ExpectedArrival, PublicHours, ReadingKey};
use super::stage::AfternoonStage;
use crate::scene::{now, school};

pub(super) const CAPACITY: i64 = 107;

/// A child on a board: name, phase, end of the plate, whether its car has left.
type BoardLine = (String, String, Option<String>, bool);

/// A child on the hall's screen: masked name and phase.
type HallLine = (String, String);

pub(super) async fn agrees(stage: &mut AfternoonStage) {
    boards(stage).await;
    guardians(stage).await;
    hall(stage).await;
    counts(stage).await;
    cars(stage).await;
    readings(stage).await;
}

fn same<T: PartialEq + Debug>(what: &str, shown: &T, expected: &T) -> Result<(), String> {
    if shown == expected { Ok(()) } else { Err(format!("{what}: {shown:?} instead of {expected:?}")) }
}

fn plate_end(plate: &str) -> String {
    plate.chars().skip(plate.chars().count() - 3).collect()
}

fn expected_lines(model: &AfternoonModel, class: &ClassId) -> Vec<BoardLine> {
    let line = |(name, child): (&String, &ExpectedArrival)| {
        (name.clone(), format!("{:?}", child.phase), child.plate.as_deref().map(plate_end), child.car_left)
    };
    model.children.iter().filter(|(_, child)| &child.class == class).map(line).collect()
}

fn shown_lines<'a>(arrivals: impl Iterator<Item = &'a ClassArrival>) -> Vec<BoardLine> {
    let mut lines: Vec<BoardLine> = arrivals
        .map(|it| {
            (it.pupil.clone(), format!("{:?}", it.phase), it.plate_tail.clone(), it.car_left_at.is_some())
        })
        .collect();
    lines.sort();
    lines
}

/// Each teacher's board, as requested and as streamed: own children in their phase, each once, and no other child ever.
async fn boards(stage: &AfternoonStage) {
    for (class, board) in &stage.boards {
        let expected = expected_lines(&stage.model, class);
        wait::until_ok(PATIENCE, &format!("the board of {class}"), async || {
            let requested = board.phone.board(class).await.arrivals;
            same("requested", &shown_lines(requested.iter()), &expected)?;
            let observed = board.observed();
            same("streamed", &shown_lines(observed.latest.values()), &expected)
        })
        .await;
        let observed = board.observed();
        assert!(observed.repeated.is_empty(), "{class} was shown twice: {:?}", observed.repeated);
        let own = stage.pupils_of(class);
        let foreign: Vec<&String> =
            observed.names.iter().filter(|name| !own.contains(&name.as_str())).collect();
        assert!(foreign.is_empty(), "{class} was shown other classes' children: {foreign:?}");
    }
}

/// Each guardian of a child that was announced.
async fn guardians(stage: &mut AfternoonStage) {
    for (name, child) in stage.model.children.clone() {
        let phone = stage.phone(&child.guardian).await;
        wait::until_ok(PATIENCE, &format!("the guardian of {name}"), async || {
            let children = phone.guardian().await.children;
            let own = children.into_iter().find(|own| own.name == name).ok_or("no such child")?;
            let arrival = own.arrival.ok_or("no arrival")?;
            let shown = (arrival.phase, arrival.plate, arrival.car_left_at.is_some());
            same("arrival", &shown, &(child.phase, child.plate.clone(), child.car_left))
        })
        .await;
    }
}

/// The hall's screen: masked names of the children who are expected. One who was handed over stays for some minutes.
async fn hall(stage: &mut AfternoonStage) {
    let phone = stage.phone("haifeng-hall").await;
    let line = |name: &str, phase: PickupPhase| (name.to_owned(), format!("{phase:?}"));
    let children = stage.model.children.iter().filter(|(_, child)| child.phase != PickupPhase::Rejected);
    let expected: Vec<HallLine> = children.map(|(name, child)| line(&masked(name), child.phase)).collect();
    let is_over = |line: &HallLine| line.1 == format!("{:?}", PickupPhase::HandedOver);
    let text = wait::until_ok(PATIENCE, "the hall's screen", async || {
        let text = phone.get("/hall/arrivals").await.text().await.unwrap();
        let page: HallArrivals = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let shown: Vec<HallLine> = page.arrivals.iter().map(|it| line(&it.pupil, it.phase)).collect();
        let open = |lines: &[HallLine]| {
            let mut open: Vec<HallLine> = lines.iter().filter(|line| !is_over(line)).cloned().collect();
            open.sort();
            open
        };
        same("open arrivals", &open(&shown), &open(&expected))?;
        let foreign: Vec<&HallLine> = shown.iter().filter(|line| !expected.contains(line)).collect();
        same("other arrivals", &foreign, &Vec::new()).map(|()| text)
    })
    .await;
    let whole: Vec<&str> = stage.all_pupils().filter(|name| text.contains(name)).collect();
    assert!(whole.is_empty(), "the hall shows whole names: {whole:?}");
}

/// The server's count, the gateway's sign and the public feed.
async fn counts(stage: &AfternoonStage) {
    let model = &stage.model;
    let open = u32::try_from(CAPACITY - model.count).unwrap();
    wait::until_ok(PATIENCE, "the server's count", async || {
        same("cars", &stage.console.garage(&school()).await.occupied, &Some(model.count))
    })
    .await;
    stage.system.sign(&school()).await.shows(open).await;
    let expected = match model.public {
        PublicHours::Closed => (OpeningStatus::Closed, Some(0)),
        PublicHours::Open => (OpeningStatus::Open, Some(open)),
    };
    wait::until_ok(PATIENCE, "the public feed", async || {
        let site = public_site(&stage.system.server(), &school()).await;
        same("site", &(site.realtime_opening_status, site.realtime_free_capacity), &expected)
    })
    .await;
}

/// A walk that sees the model's cars would change no visit.
async fn cars(stage: &AfternoonStage) {
    let path = format!("/garages/{}/inventories/preview", school());
    let expected = u32::try_from(stage.model.inside.len()).unwrap();
    wait::until_ok(PATIENCE, "the cars inside", async || {
        let report = report(&stage.model);
        let answer = stage.console.post(&path, &json!(report)).await;
        let preview: InventoryPreview = answer.json().await.map_err(|error| error.to_string())?;
        let InventoryPreview { matched, opened, named, ghosts, left, .. } = preview;
        same("matched", &matched, &expected)?;
        let changes = (opened, named, ghosts.len(), left);
        same("changes", &changes, &(Vec::new(), Vec::new(), 0, Vec::new()))
    })
    .await;
}

/// A walk at this moment that sees every car which the model has inside.
pub(super) fn report(model: &AfternoonModel) -> InventoryReport {
    let seen = model.inside.iter().map(|plate| format!("{plate}\n")).collect();
    InventoryReport { begun_at: now(), ended_at: now(), seen, unread: 0, reason: String::new() }
}

/// Each reading is in the operator's log once.
async fn readings(stage: &AfternoonStage) {
    wait::until_ok(PATIENCE, "the log of readings", async || {
        let mut shown: BTreeMap<ReadingKey, usize> = BTreeMap::new();
        for event in stage.console.all_events(&school()).await {
            if event.kind == EventKind::Plate {
                *shown.entry(AfternoonModel::reading_key(event.direction, event.plate)).or_default() += 1;
            }
        }
        let count = |map: &BTreeMap<ReadingKey, usize>, key: &ReadingKey| map.get(key).copied().unwrap_or(0);
        let keys = shown.keys().chain(stage.model.readings.keys());
        let wrong: Vec<_> = keys
            .filter(|key| count(&shown, key) != count(&stage.model.readings, key))
            .map(|key| (key, count(&shown, key), count(&stage.model.readings, key)))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(format!("(reading, logged, made): {wrong:?}")) }
    })
    .await;
}
