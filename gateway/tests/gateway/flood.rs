//! A device that sends far too much.

use crate::controller::plate;
use crate::site::{PARENT, Site};

#[tokio::test]
async fn a_flood_is_left_unanswered_and_the_other_lanes_go_on() {
    let mut site = Site::open().await;
    site.stop().await;
    site.events_per_second = 1;
    site.start().await;
    let (flood, sound) = (site.controller("in").await, site.controller("out").await);
    for n in 0..200 {
        flood.send(&plate(&format!("f{n}"), "鲁B99999")).await;
    }
    // A device within its rate receives its acknowledgement at once.
    sound.send(&plate("e1", PARENT)).await;
    sound.acked("e1", 1).await;
    flood.acked("f0", 1).await;
    // Sent again until there is a place for it, as a sound controller would.
    while flood.acks_of("f199") == 0 {
        flood.send(&plate("f199", "鲁B99999")).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    let stored = (0..200).filter(|n| flood.acks_of(&format!("f{n}")) > 0).count();
    assert!((2..150).contains(&stored), "{stored} of a flood of 200 were taken");
}
