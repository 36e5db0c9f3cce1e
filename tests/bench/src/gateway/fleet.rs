//! The controllers of one garage, and the loads that they make.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use domain::ids::EventId;
use domain::plate::Plate;
use domain::time::{Clock, Timestamp};
use protocol::mqtt::{ControllerEvent, EventKind, MqttTopic, VERSION};
use service::clock::SystemClock;
use tokio_util::sync::CancellationToken;

use super::book::{EventLedger, EventMark, EventRound};
use super::mqtt::{BenchMqttClient, hear_as_controller};
use super::site::{PATIENCE, SiteGarage};

/// After which a controller sends again what was not acknowledged (`docs/mqtt.md`).
const SEND_AGAIN: Duration = Duration::from_secs(2);
/// Sent again together at most.
const AGAIN_AT_ONCE: usize = 200;
/// Interval of probes for a connected receiver.
const PROBE: Duration = Duration::from_millis(5);
/// Between two looks at what has come.
const LOOK: Duration = Duration::from_millis(20);

/// Stays connected over all rounds.
pub struct ControllerFleet {
    lanes: Vec<FleetLane>,
    plates: Arc<[Plate]>,
}

struct FleetLane {
    client: BenchMqttClient,
    topic: String,
    /// Microseconds: of two events of a controller the later one has a later millisecond.
    told: AtomicI64,
}

impl FleetLane {
    fn next(&self, now: Timestamp) -> Timestamp {
        let next = |told: i64| now.micros().max(told + 1_000);
        let told = self.told.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |told| Some(next(told)));
        Timestamp::from_micros(next(told.unwrap_or_default()))
    }
}

impl ControllerFleet {
    pub async fn connect(
        broker: SocketAddr,
        garage: &SiteGarage,
        book: &EventLedger,
        plates: Arc<[Plate]>,
    ) -> Self {
        let mut lanes = Vec::new();
        for (device, user) in &garage.devices {
            let book = book.clone();
            let hear = move |topic: &str, payload: &[u8]| hear_as_controller(&book, topic, payload);
            let client = BenchMqttClient::connect(broker, user, hear).await;
            lanes.push(FleetLane {
                client,
                topic: MqttTopic::Event(garage.id.clone(), device.clone()).to_string(),
                told: AtomicI64::new(0),
            });
        }
        Self { lanes, plates }
    }

    pub fn plates(&self) -> Arc<[Plate]> {
        self.plates.clone()
    }

    /// Lanes take turns, in and out; a car that has come in goes out with the next event.
    fn lane(&self, event: usize) -> &FleetLane {
        self.lanes.get(event % self.lanes.len()).expect("a fleet has lanes")
    }

    fn payload(&self, round: &EventRound, event: usize) -> Vec<u8> {
        let plate = self.plates.get(event / 2 % self.plates.len()).expect("a fleet has plates");
        let age = if round.is_sent(event) { round.age(event) } else { Duration::ZERO };
        let event = ControllerEvent {
            v: VERSION,
            event_id: EventId::parse(&round.id(event)).expect("an id by form"),
            kind: EventKind::Plate,
            plate: Some(plate.clone().into()),
            confidence: 98,
            occurred_at: self.lane(event).next(SystemClock.now() - age),
            age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
            related_event_id: None,
            vehicle: domain::vehicle::VehicleDetails::default(),
        };
        serde_json::to_vec(&event).expect("an event is JSON")
    }

    /// Sends `per_second`, whatever comes back; each event has its moment, and latencies count from there. A thread of its own
    /// keeps the times: a timer of the runtime is late by up to a millisecond.
    pub fn open_loop(&self, round: &EventRound, per_second: u32) {
        let start = Instant::now();
        let apart = Duration::from_secs(1) / per_second.max(1);
        tokio::task::block_in_place(|| {
            for event in 0..round.events() {
                let intended = start + apart * u32::try_from(event).unwrap_or(u32::MAX);
                std::thread::sleep(intended.saturating_duration_since(Instant::now()));
                let (lane, payload) = (self.lane(event), self.payload(round, event));
                round.sending(event, intended);
                while !lane.client.try_publish(&lane.topic, &payload) {
                    std::thread::sleep(Duration::from_micros(100));
                }
            }
        });
    }

    /// Sends the next event as soon as there is room, until all are sent or `deadline` is over.
    pub async fn closed_loop(&self, round: &EventRound, deadline: Duration) {
        let all = async {
            for event in 0..round.events() {
                round.room().await;
                self.send(round, event).await;
            }
        };
        // What is left out shows in the figures.
        let _ = tokio::time::timeout(deadline, all).await;
    }

    async fn send(&self, round: &EventRound, event: usize) {
        let (lane, payload) = (self.lane(event), self.payload(round, event));
        round.sending(event, Instant::now());
        lane.client.publish(lane.topic.clone(), payload).await;
    }

    /// A few events a second, each as soon as its time has come, until all are sent or `stop` is cancelled.
    pub async fn trickle(&self, round: &EventRound, per_second: u32, stop: &CancellationToken) {
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second.max(1));
        for event in 0..round.events() {
            if stop.run_until_cancelled(ticks.tick()).await.is_none() {
                return;
            }
            self.send(round, event).await;
        }
    }

    /// Waits until every sent event has the mark; `false` if it takes longer than `deadline`. What the gateway has to
    /// acknowledge is sent again as by a controller.
    pub async fn settle(&self, round: &EventRound, mark: EventMark, deadline: Duration) -> bool {
        let all = async {
            let mut looked = Instant::now();
            while round.have(mark) < round.sent() {
                if mark == EventMark::Acked && looked.elapsed() > SEND_AGAIN {
                    looked = Instant::now();
                    self.send_again(round).await;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(deadline, all).await.is_ok()
    }

    async fn send_again(&self, round: &EventRound) {
        let open = round.without(EventMark::Acked);
        let due = open.iter().filter(|event| round.since_sent(**event) > SEND_AGAIN);
        for event in due.take(AGAIN_AT_ONCE) {
            self.send(round, *event).await;
        }
    }

    /// Sends one new event after the other until one has the mark; answers when that was.
    pub async fn until(&self, mark: EventMark, book: &EventLedger) -> (Instant, Arc<EventRound>) {
        let most = PATIENCE.as_millis() / PROBE.as_millis();
        let round = book.open(usize::try_from(most).unwrap_or(usize::MAX), mark, 0);
        for event in 0..round.events() {
            self.send(&round, event).await;
            let next = Instant::now() + PROBE;
            while Instant::now() < next {
                if round.have(mark) > 0 {
                    return (Instant::now(), round);
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        panic!("no event had its {mark:?} for {PATIENCE:?}");
    }
}
