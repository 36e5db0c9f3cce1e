//! A dismissal over a real broker with a gateway that knows the registered cars.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use domain::occupancy::LaneDirection;
use protocol::mqtt::ControllerEvent;

use super::*;
use crate::invent::PlateGenerator;
use crate::peer::{DEADLINE, SimulatedGateway, broker, config, connected};
use crate::traffic::ProgressKind;

async fn plan(broker: &testkit::mosquitto::MosquittoBroker, stay: Range<Duration>) -> DismissalPlan {
    let entry = TrafficLane::new("B1 入口", LaneDirection::In, connected(config(broker, 1)).await);
    let exit = TrafficLane::new("B1 出口", LaneDirection::Out, connected(config(broker, 2)).await);
    let mut plates = PlateGenerator::new(1);
    DismissalPlan {
        cars: plates.take(20),
        strangers: plates.take(3),
        entries: vec![entry],
        exits: vec![exit],
        arrive_over: Duration::from_secs(100),
        stay,
        unread: 0.2,
        pace: TrafficPace::times(200.0),
        seed: 7,
    }
}

fn registered(cars: Vec<Plate>) -> impl Fn(&ControllerEvent) -> bool {
    move |event| {
        let plate = event.plate.as_deref().and_then(|p| Plate::parse(p).ok());
        plate.is_some_and(|plate| cars.contains(&plate))
    }
}

#[tokio::test]
async fn registered_cars_come_and_go_and_strangers_are_turned_away() {
    let broker = broker();
    let plan = plan(&broker, Duration::from_secs(20)..Duration::from_secs(40)).await;
    tokio::spawn(SimulatedGateway::connect(&broker).await.serve(registered(plan.cars.clone())));
    let (reports, mut progress) = ProgressSender::channel(1_000);
    let mut dismissal = RunningDismissal::start(&plan, &reports, &CancellationToken::new());
    let summary = tokio::time::timeout(DEADLINE, dismissal.over()).await.unwrap();
    assert_eq!(summary, DismissalSummary { entered: 20, turned_away: 3, left: 20 });
    drop((dismissal, reports));
    let mut opened = 0;
    while let Some(report) = progress.recv().await {
        opened += usize::from(matches!(report.what, ProgressKind::Opened { .. }));
    }
    assert_eq!(opened, 40);
}

#[tokio::test]
async fn a_car_leaves_when_it_is_told_to() {
    let broker = broker();
    let forever = Duration::from_secs(1_000_000);
    let plan = plan(&broker, forever..forever).await;
    tokio::spawn(SimulatedGateway::connect(&broker).await.serve(registered(plan.cars.clone())));
    let (reports, _progress) = ProgressSender::channel(1_000);
    let mut dismissal = RunningDismissal::start(&plan, &reports, &CancellationToken::new());
    for plate in &plan.cars {
        assert!(dismissal.leave(plate));
    }
    assert!(!dismissal.leave(&Plate::parse("京A12345").unwrap()));
    let summary = tokio::time::timeout(DEADLINE, dismissal.over()).await.unwrap();
    assert_eq!(summary.left, 20);
}
