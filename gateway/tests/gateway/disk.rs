//! The disk is slow, fails, comes back; the gateway restarts.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use testkit::wait;

use crate::controller::{SOON, plate};
use crate::district::Mood;
use crate::site::{PARENT, Site};

/// Holds the outbox's file, so that nothing can be committed.
async fn hold(site: &Site) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(site.outbox()).busy_timeout(Duration::from_secs(10));
    let mut holder = options.connect().await.unwrap();
    sqlx::query("begin immediate").execute(&mut holder).await.unwrap();
    holder
}

#[tokio::test]
async fn the_gate_opens_while_the_disk_fails_and_the_ack_waits_for_it() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let mut holder = hold(&site).await;
    let first = plate("e1", PARENT);
    gate.send(&first).await;
    gate.command("e1").await;
    // The alarm: it tried and failed.
    site.ready(503).await;
    gate.send(&first).await;
    gate.send(&plate("e2", PARENT)).await;
    gate.command("e2").await;
    assert_eq!((gate.acks_of("e1"), gate.acks_of("e2")), (0, 0));
    sqlx::query("rollback").execute(&mut holder).await.unwrap();
    gate.acked("e1", 1).await;
    gate.acked("e2", 1).await;
    site.ready(200).await;
    site.district.has(2).await;
    assert_eq!(site.district.event_ids(), ["e1", "e2"]);
    assert_eq!(gate.commands_for("e1").len(), 1);
    holder.close().await.unwrap();
}

#[tokio::test]
async fn a_restart_keeps_epoch_sequence_count_and_plan() {
    let mut site = Site::open().await;
    site.district.books(|b| b.base = 40);
    let gate = site.controller("in").await;
    gate.send(&plate("e1", PARENT)).await;
    gate.acked("e1", 1).await;
    site.district.has(1).await;
    let sign = site.sign().await;
    wait::until(SOON, "the count of the server", async || {
        sign.heard(|h| h.spaces.last().filter(|s| s.open == Some(107 - 41)).map(|_| ()))
    })
    .await;
    site.district.mood(Mood::Away);
    gate.send(&plate("e2", PARENT)).await;
    gate.acked("e2", 1).await;
    site.kill().await;
    site.start().await;
    // Without the server: the plan decides, the count goes on from 42.
    gate.send(&plate("e3", PARENT)).await;
    gate.command("e3").await;
    gate.acked("e3", 1).await;
    wait::until(SOON, "the count goes on", async || {
        sign.heard(|h| h.spaces.last().filter(|s| s.open == Some(107 - 43)).map(|_| ()))
    })
    .await;
    site.district.mood(Mood::Well);
    site.district.has(3).await;
    site.district.assert_in_order();
    assert_eq!(site.district.event_ids(), ["e1", "e2", "e3"]);
}

#[tokio::test]
async fn an_event_repeated_after_a_restart_is_known_while_it_waits_for_the_server() {
    let mut site = Site::open().await;
    site.district.mood(Mood::Away);
    let gate = site.controller("in").await;
    let event = plate("e1", PARENT);
    gate.send(&event).await;
    gate.acked("e1", 1).await;
    site.stop().await;
    site.start().await;
    gate.send(&event).await;
    gate.acked("e1", 2).await;
    site.district.mood(Mood::Well);
    gate.send(&plate("e2", PARENT)).await;
    site.district.has(2).await;
    assert_eq!(site.district.event_ids(), ["e1", "e2"]);
    assert_eq!(gate.commands_for("e1").len(), 1);
}
