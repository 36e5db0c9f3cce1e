//! A car has left behind another one, and the count was corrected wrongly. The operator walks through the garage and writes down what is
//! there.

use protocol::operator::{InventoryPreview, InventorySummary};
use serde_json::json;

use super::compare::report;
use super::stage::{AfternoonStage, ENTRIES};
use crate::scene::school;

pub(super) async fn run(stage: &mut AfternoonStage) {
    let gone = stage.cast.family();
    stage.comes(ENTRIES[0], &gone).await;
    stage.on_the_board(&gone.children[0].0).await;
    super::compare::agrees(stage).await;
    let before = stage.model.count;
    stage.model.found_gone(&gone.plate);

    let walk = report(&stage.model);
    let path = format!("/garages/{}/inventories", school());
    let preview = stage.console.post(&format!("{path}/preview"), &json!(walk)).await;
    let preview: InventoryPreview = preview.json().await.unwrap();
    assert_eq!((preview.before, preview.after), (Some(before), stage.model.count));
    let ghosts: Vec<_> = preview.ghosts.iter().map(|ghost| ghost.plate.as_deref()).collect();
    assert_eq!(ghosts, [Some(gone.plate.as_str())]);

    let walk = protocol::operator::InventoryReport { reason: "放学后盘点".to_owned(), ..walk };
    let made = stage.console.post_once(&path, "afternoon-walk", &walk).await;
    assert_eq!(made.status(), 201);
    let made: InventorySummary = made.json().await.unwrap();
    let cars = i64::try_from(stage.model.inside.len()).unwrap();
    assert_eq!((made.before, made.after, made.seen, made.ghosts), (Some(before), cars, cars, 1));
}
