//! Another controller at the same lane.

use protocol::mqtt::EventKind;
use protocol::uplink::UplinkRecordContent;
use testkit::wait;

use crate::controller::{SOON, plate};
use crate::site::{PARENT, Site};

#[tokio::test]
async fn the_lane_goes_on_with_another_controller_that_counts_its_events_anew() {
    let mut site = Site::open().await;
    let old = site.controller("in").await;
    old.send(&plate("1", PARENT)).await;
    old.acked("1", 1).await;
    site.stop().await;
    site.replaced = true;
    site.start().await;
    let new = site.controller("in-2").await;
    // The same id is another event.
    new.send(&plate("1", "鲁B99999")).await;
    new.acked("1", 1).await;
    // Events stored by the old device belong to no lane: an operator sees them, and nothing opens.
    old.send(&plate("late", PARENT)).await;
    wait::until(SOON, "a dead letter", async || (site.letters() == 1).then_some(())).await;
    assert!(old.commands_for("late").is_empty());
    site.district.has(3).await;
    let plate = EventKind::Plate;
    assert_eq!(site.counted(), [(plate, 1, None), (plate, 0, None)]);
    let from = site.district.books(|books| {
        let events = books
            .records
            .iter()
            .filter(|(_, record)| matches!(record.content, UplinkRecordContent::Event(_)));
        events.map(|(_, record)| record.device.to_string()).collect::<Vec<_>>()
    });
    assert_eq!(from, ["in", "in-2"]);
}
