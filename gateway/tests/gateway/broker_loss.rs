//! The broker is killed and comes back, again and again, with commands in flight.
//!
//! This is where the client's own reconnect can live-lock (bytebeamio/rumqtt #1056): the session is gone while a
//! publish with a colliding packet id is kept. A gateway that throws the client away cannot get there; this tries.

use std::collections::BTreeSet;
use std::time::Duration;

use testkit::wait;

use crate::controller::{SOON, plate};
use crate::site::{PARENT, Site};

const ROUNDS: usize = 12;
/// More than the broker confirms before it is killed.
const BURST: usize = 300;

/// So many have come; the rest are on their way.
const COMMANDS: usize = 40;

// With threads of its own, so that all goes on while the broker is being killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_dies_with_commands_in_flight_is_found_again_every_time() {
    let mut site = Site::open().await;
    let gate = site.controller("in").await;
    for round in 0..ROUNDS {
        for i in 0..BURST {
            gate.send(&plate(&format!("r{round}-{i}"), PARENT)).await;
        }
        let of_round = |id: &str| id.starts_with(&format!("r{round}-"));
        wait::until(SOON, "commands are coming", async || {
            let came = gate.heard(|h| h.commands.iter().filter(|c| of_round(c.event_id.as_str())).count());
            (came >= COMMANDS).then_some(())
        })
        .await;
        site.broker.restart();
        knock(&site, round).await;
        gate.online().await;
    }
    let acked: BTreeSet<String> =
        gate.heard(|h| h.acks.iter().flat_map(|a| &a.event_ids).map(ToString::to_string).collect());
    assert!(acked.len() >= ROUNDS);
    wait_for(&site, &acked).await;
    site.district.assert_in_order();
    let arrived = site.district.event_ids();
    assert_eq!(arrived.len(), arrived.iter().collect::<BTreeSet<_>>().len());
}

/// A car drives up after the restart: it gets its command and its acknowledgement.
async fn knock(site: &Site, round: usize) {
    let gate = site.controller("out").await;
    let id = format!("after-{round}");
    wait::until(SOON, "a command after the restart", async || {
        // As a real controller does, until it is acknowledged.
        gate.send(&plate(&id, PARENT)).await;
        tokio::time::timeout(Duration::from_secs(1), gate.acked(&id, 1)).await.ok()
    })
    .await;
    assert!(gate.commands_for(&id).len() <= 1, "a command came twice");
}

async fn wait_for(site: &Site, acked: &BTreeSet<String>) {
    wait::until(SOON, "everything acknowledged is at the server", async || {
        let arrived: BTreeSet<String> = site.district.event_ids().into_iter().collect();
        acked.is_subset(&arrived).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_open_command_is_not_replayed_when_the_broker_comes_back() {
    let mut site = Site::open().await;
    site.broker.kill9();
    site.ready(503).await;
    site.broker.restart();
    site.ready(200).await;
    let gate = site.controller("in").await;
    gate.send(&plate("e1", PARENT)).await;
    gate.command("e1").await;
    site.broker.restart();
    site.ready(200).await;
    gate.online().await;
    gate.send(&plate("e2", PARENT)).await;
    gate.command("e2").await;
    assert_eq!(gate.commands_for("e1").len(), 1);
}
