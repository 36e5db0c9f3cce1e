//! A teacher's phone loses its connection while cars come for the class.

use super::compare::agrees;
use super::stage::{AfternoonStage, ENTRIES, EXITS};

pub(super) async fn run(stage: &mut AfternoonStage) {
    let class = stage.boards.keys().next().unwrap().clone();
    let families: [_; 4] = std::array::from_fn(|_| stage.cast.of_class(&class));
    stage.comes(ENTRIES[0], &families[0]).await;
    stage.on_the_board(&families[0].children[0].0).await;
    let before = stage.boards[&class].observed();

    stage.boards[&class].link.cut();
    for family in &families[1..] {
        stage.comes(ENTRIES[1], family).await;
    }
    assert_eq!(stage.boards[&class].observed().names, before.names, "the phone is away");
    stage.boards[&class].link.pass();

    agrees(stage).await;
    assert!(stage.boards[&class].observed().connections > before.connections);
    stage.is_fetched(EXITS[0], &families[0]).await;
    stage.is_fetched(EXITS[1], &families[1]).await;
}
