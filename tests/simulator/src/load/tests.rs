//! A load over a real broker with a gateway that answers everything.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use super::*;
use crate::invent::PlateGenerator;
use crate::peer::{SimulatedGateway, broker, config, connected};

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_of_a_load_is_sent_on_time_and_answered_once() {
    let broker = broker();
    tokio::spawn(SimulatedGateway::connect(&broker).await.serve(|_| true));
    let mut lanes = Vec::new();
    for number in 1..=4 {
        let mut config = config(&broker, number);
        // Longer than the test on any machine: a repetition would be answered twice.
        config.resend.first = Duration::from_secs(60);
        config.resend.most = Duration::from_secs(60);
        lanes.push(connected(config).await);
    }
    let load = EntryLoad {
        plates: PlateGenerator::new(1).take(100),
        per_second: 200.0,
        patience: crate::peer::DEADLINE,
    };
    let report = load.run(&lanes, &CancellationToken::new()).await;
    assert_eq!((report.entries.len(), report.opened(), report.refused), (100, 100, 0));
    assert_eq!((report.lost(), report.unanswered(), report.duplicates()), (0, 0, 0));
    let gaps = report.entries.windows(2).map(|w| w[1].intended - w[0].intended);
    assert!(gaps.clone().all(|gap| gap == Duration::from_millis(5)), "{:?}", gaps.collect::<Vec<_>>());
    let latencies = report.latencies(Duration::from_millis(100));
    assert_eq!(latencies.command.unwrap().count, 80);
    assert!(latencies.publish.unwrap().p50_us <= latencies.command.unwrap().p50_us);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_acknowledged_is_counted_as_lost() {
    let broker = broker();
    let silent = SimulatedGateway::connect(&broker).await;
    let lanes = [connected(config(&broker, 1)).await];
    let load = EntryLoad {
        plates: PlateGenerator::new(1).take(5),
        per_second: 1_000.0,
        patience: Duration::from_millis(50),
    };
    let report = load.run(&lanes, &CancellationToken::new()).await;
    assert_eq!((report.lost(), report.unanswered()), (5, 5));
    drop(silent);
}
