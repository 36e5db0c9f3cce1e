//! The way to the server as a garage has it: slow, half open, gone for an hour of cars, and all of that by turns. The breakable link is a
//! proxy: it needs neither root nor a kernel with `netem`.

use std::time::Duration;

use protocol::mqtt::ControllerCommandKind;
use testkit::wait;

use crate::controller::{Controller, SOON, plate};
use crate::machine::Machine;
use crate::site::PARENT;

/// In and out again, so that the garage is never full; answers the names of what was sent.
async fn cars(entry: &Controller, exit: &Controller, numbers: std::ops::Range<usize>) -> Vec<String> {
    let mut sent = Vec::new();
    for car in numbers {
        let (came, went) = (format!("in-{car}"), format!("out-{car}"));
        entry.send(&plate(&came, PARENT)).await;
        assert_eq!(entry.command(&came).await.command, ControllerCommandKind::Open, "car {car}");
        exit.send(&plate(&went, PARENT)).await;
        exit.command(&went).await;
        sent.extend([came, went]);
    }
    for car in &sent {
        let gate = if car.starts_with("in") { entry } else { exit };
        gate.acked(car, 1).await;
    }
    sent
}

async fn all_arrived(machine: &Machine, sent: &[String]) {
    let district = machine.district.as_ref().unwrap();
    district.has(sent.len()).await;
    district.assert_in_order();
    // Only the time of receipt distinguishes the two lanes.
    let (mut had, mut sent) = (district.event_ids(), sent.to_vec());
    had.sort();
    sent.sort();
    assert_eq!(had, sent);
}

#[tokio::test]
async fn an_hour_of_cars_without_a_way_to_the_server() {
    let machine = Machine::new().await;
    let mut gateway = machine.gateway().await;
    let (entry, exit) = (machine.device("in").await, machine.device("out").await);
    machine.network.cut();
    // 600 cars an hour, a lane's most.
    let mut sent = cars(&entry, &exit, 0..600).await;
    assert!(machine.district.as_ref().unwrap().event_ids().is_empty());
    machine.answers(200).await;
    // A car that is present when the connection returns is reported before the hour's backlog.
    entry.send(&plate("now", PARENT)).await;
    entry.acked("now", 1).await;
    sent.push("now".to_owned());
    machine.network.pass();
    all_arrived(&machine, &sent).await;
    let ahead = machine.district.as_ref().unwrap().books(|books| books.ahead.clone());
    let now = ahead.iter().find(|(_, id)| id == "now");
    assert!(now.is_some_and(|(behind, _)| *behind <= 500), "with the first batch: {now:?}");
    assert!(gateway.stop(SOON).await.success());
}

#[tokio::test]
async fn a_half_open_way_is_given_up_and_found_again() {
    let machine = Machine::new().await;
    let mut gateway = machine.gateway().await;
    let (entry, exit) = (machine.device("in").await, machine.device("out").await);
    let mut sent = cars(&entry, &exit, 0..5).await;
    all_arrived(&machine, &sent).await;
    // Packets are lost without any error.
    machine.network.freeze();
    sent.extend(cars(&entry, &exit, 5..25).await);
    wait::until(SOON, "the gateway has given up a request", async || {
        let text = reqwest::get(format!("http://{}/metrics", machine.http)).await.ok()?.text().await.ok()?;
        text.lines()
            .any(|line| line.starts_with("uplink_failures_total") && line.contains("unreachable"))
            .then_some(())
    })
    .await;
    // What was swallowed arrives now, beside what is sent again.
    machine.network.pass();
    all_arrived(&machine, &sent).await;
    assert!(gateway.stop(SOON).await.success());
}

#[tokio::test]
async fn a_way_that_is_slow_breaks_and_hangs_by_turns_loses_and_doubles_nothing() {
    let machine = Machine::new().await;
    let mut gateway = machine.gateway().await;
    let (entry, exit) = (machine.device("in").await, machine.device("out").await);
    let mut sent = Vec::new();
    for turn in 0..24 {
        match turn % 4 {
            0 => machine.network.delay(Duration::from_millis(300)),
            1 => machine.network.cut(),
            2 => machine.network.freeze(),
            _ => machine.network.pass(),
        }
        sent.extend(cars(&entry, &exit, turn * 5..turn * 5 + 5).await);
    }
    machine.network.delay(Duration::from_millis(300));
    all_arrived(&machine, &sent).await;
    assert!(gateway.stop(SOON).await.success());
}
