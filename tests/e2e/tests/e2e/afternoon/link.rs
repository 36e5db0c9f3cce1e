//! The link between garage and district is down: entries, exits and the sign go on, the boards follow when it returns. One process has
//! no such link.

use testkit::progress;

use super::stage::{AfternoonStage, ENTRIES, EXITS};
use crate::scene::school;

pub(super) async fn run(stage: &mut AfternoonStage) {
    let inside = stage.cast.family();
    stage.comes(ENTRIES[0], &inside).await;
    stage.on_the_board(&inside.children[0].0).await;
    let count = stage.model.count;
    match stage.system.link() {
        Some(link) => link.cut(),
        None => progress::report("one process: no link can be cut"),
    }

    let coming: [_; 5] = stage.cast.families();
    for (family, lane) in coming.iter().zip(ENTRIES.into_iter().cycle()) {
        stage.comes(lane, family).await;
    }
    stage.goes(EXITS[0], &inside.plate).await;
    let open = u32::try_from(super::compare::CAPACITY - stage.model.count).unwrap();
    stage.system.sign(&school()).await.shows(open).await;
    if let Some(link) = stage.system.link() {
        let known = stage.console.garage(&school()).await.occupied;
        assert_eq!(known, Some(count), "nothing reaches the server");
        link.pass();
    }
    for family in &coming[..3] {
        stage.is_fetched(EXITS[1], family).await;
    }
}
