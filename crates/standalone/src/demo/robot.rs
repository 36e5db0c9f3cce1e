//! Simulated teachers, so that a dismissal continues without a person at a page.
//!
//! A robot is an ordinary user of the mini-program API with its own session. It acts on an arrival only after a delay, so a
//! person with the teacher's page open is faster.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::ids::{ArrivalId, ClassId};
use domain::pickup::{PickupAct, PickupPhase};
use protocol::people::{ArrivalAct, ClassArrival, ClassArrivals, ReadingDoubt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Interval between a robot's polls of its board.
const LOOK: Duration = Duration::from_millis(700);

/// Time that the robot leaves to a person, for the release and then for the hand-over.
#[derive(Debug, Clone, Copy)]
pub(super) struct ActionDelays {
    pub release: Duration,
    pub hand_over: Duration,
}

impl ActionDelays {
    /// For a class without a person at its page. `dismissal` is the length of the whole school's dismissal.
    pub(super) fn short(dismissal: Duration) -> Self {
        Self { release: dismissal / 30, hand_over: dismissal / 15 }
    }

    /// For the class that a person tries; still shorter than a car's stay.
    pub(super) fn long(dismissal: Duration) -> Self {
        Self { release: dismissal / 6, hand_over: dismissal / 8 }
    }
}

/// A changed arrival on a robot's board.
#[derive(Debug, Clone)]
pub(super) struct ObservedArrival {
    pub arrival: ClassArrival,
}

/// The robot of one class.
pub(super) struct TeacherRobot {
    pub http: reqwest::Client,
    /// Origin of the mini-program API.
    pub api: String,
    pub token: String,
    pub class: ClassId,
    pub delays: ActionDelays,
    pub seen: mpsc::Sender<ObservedArrival>,
}

/// An open arrival with the time at which the robot first saw its present phase.
struct PendingArrival {
    arrival: ClassArrival,
    since: Instant,
}

impl TeacherRobot {
    /// Runs until `shutdown`.
    pub(super) async fn run(self, shutdown: CancellationToken) {
        let mut cursor = None;
        let mut open: HashMap<ArrivalId, PendingArrival> = HashMap::new();
        while !shutdown.is_cancelled() {
            if let Err(error) = self.round(&mut cursor, &mut open).await {
                tracing::debug!(class.id = %self.class, error = &error as &dyn std::error::Error, "robot poll failed");
            }
            shutdown.run_until_cancelled(tokio::time::sleep(LOOK)).await;
        }
    }

    async fn round(
        &self,
        cursor: &mut Option<i64>,
        open: &mut HashMap<ArrivalId, PendingArrival>,
    ) -> Result<(), reqwest::Error> {
        let first = cursor.is_none();
        let page = self.look(*cursor).await?;
        *cursor = Some(page.cursor);
        for arrival in page.arrivals {
            self.notice(arrival, open, first);
        }
        let due: Vec<(ClassArrival, PickupAct)> =
            open.values().filter_map(|waiting| self.due(waiting)).collect();
        for (arrival, act) in due {
            self.act(&arrival, act).await?;
        }
        Ok(())
    }

    async fn look(&self, after: Option<i64>) -> Result<ClassArrivals, reqwest::Error> {
        let url = format!("{}/api/v1/classes/{}/arrivals", self.api, self.class);
        let query: Vec<(&str, i64)> = after.map(|cursor| ("after", cursor)).into_iter().collect();
        let request = self.http.get(url).query(&query).bearer_auth(&self.token);
        request.send().await?.error_for_status()?.json().await
    }

    fn notice(&self, arrival: ClassArrival, open: &mut HashMap<ArrivalId, PendingArrival>, first: bool) {
        if !first {
            // A full queue loses a line on the terminal, nothing else.
            let _ = self.seen.try_send(ObservedArrival { arrival: arrival.clone() });
        }
        if arrival.phase.is_open() {
            open.insert(arrival.id, PendingArrival { arrival, since: Instant::now() });
        } else {
            open.remove(&arrival.id);
        }
    }

    fn due(&self, waiting: &PendingArrival) -> Option<(ClassArrival, PickupAct)> {
        let read_again = waiting.arrival.doubt == Some(ReadingDoubt::ReadAgain);
        let (patience, act) = match waiting.arrival.phase {
            PickupPhase::Waiting if read_again => (self.delays.release, PickupAct::NotHere),
            PickupPhase::Waiting => (self.delays.release, PickupAct::Release),
            PickupPhase::Released => (self.delays.hand_over, PickupAct::HandOver),
            PickupPhase::Claimed | PickupPhase::HandedOver | PickupPhase::Rejected => return None,
        };
        (waiting.since.elapsed() >= patience).then(|| (waiting.arrival.clone(), act))
    }

    /// A conflict means that a person was faster: the next poll shows it.
    async fn act(&self, arrival: &ClassArrival, act: PickupAct) -> Result<(), reqwest::Error> {
        let url = format!("{}/api/v1/arrivals/{}/acts", self.api, arrival.id);
        let body = ArrivalAct { act, seen: arrival.cursor };
        let answer = self.http.post(url).bearer_auth(&self.token).json(&body).send().await?;
        if answer.status() != reqwest::StatusCode::CONFLICT {
            answer.error_for_status()?;
        }
        Ok(())
    }
}
