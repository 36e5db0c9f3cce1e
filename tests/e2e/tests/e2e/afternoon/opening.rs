//! Before the first car: the operator has seen two cars that no camera counted, and corrects the count.

use protocol::operator::{CountAdjustment, NewCountAdjustment};

use super::stage::AfternoonStage;
use crate::scene::school;

/// Cars without a visit, until the walk at 17:30 finds that they are not there.
const CORRECTED: i64 = 2;

pub(super) async fn run(stage: &mut AfternoonStage) {
    let correction =
        NewCountAdjustment { occupied: CORRECTED, seen: Some(0), reason: "两辆教师车辆".to_owned() };
    for _ in 0..2 {
        let made = stage.console.adjust(&school(), &correction, "afternoon-1").await;
        assert_eq!(made.status(), 201);
        let made: CountAdjustment = made.json().await.unwrap();
        assert_eq!((made.before, made.after), (Some(0), CORRECTED));
    }
    stage.model.count = CORRECTED;
}
