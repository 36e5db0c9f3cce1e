//! One phone per class that follows the board by cursor, through every lost connection.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::ids::{ArrivalId, ClassId};
use protocol::people::{ClassArrival, StreamFrame};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::district::teacher;
use crate::phone::{ClassStream, PhoneClient};
use crate::records;
use crate::system::TestSystem;

/// Time until a phone reconnects; its process may still be starting.
const RECONNECT: Duration = Duration::from_millis(150);

/// What one phone has received.
#[derive(Debug, Default)]
pub struct PhoneObservations {
    pub class: String,
    /// The latest cursor of each arrival.
    pub latest: HashMap<ArrivalId, i64>,
    pub frames: u64,
    /// Frames received twice.
    pub twice: u64,
    /// Frames whose cursor is behind the phone's own.
    pub backwards: u64,
    /// Children of another class.
    pub foreign: u64,
    pub connections: u64,
    pub(super) shown: HashSet<(ArrivalId, i64)>,
    pub(super) cursor: Option<i64>,
}

pub struct CrashPhones {
    following: Vec<(ClassId, Arc<AtomicI64>, JoinHandle<PhoneObservations>)>,
    stop: CancellationToken,
}

impl CrashPhones {
    /// Starts the phones of all teachers.
    pub async fn follow(system: &TestSystem) -> Self {
        let stop = CancellationToken::new();
        let mut following = Vec::new();
        for class in system.invented().district.schools.iter().flat_map(|school| &school.classes) {
            let phone = system.log_in(teacher(system.invented(), &class.id)).await;
            let reached = Arc::new(AtomicI64::new(0));
            let task = follow(phone, class.id.clone(), reached.clone(), stop.clone());
            following.push((class.id.clone(), reached, tokio::spawn(task)));
        }
        Self { following, stop }
    }

    /// Waits until each phone has the newest cursor of its class, at most for `patience`, and closes the connections.
    pub async fn finish(self, system: &TestSystem, patience: Duration) -> Vec<PhoneObservations> {
        let mut newest: HashMap<String, i64> = HashMap::new();
        for arrival in records::arrivals(&system.app().store).await {
            let cursor = newest.entry(arrival.class_id).or_default();
            *cursor = arrival.cursor.max(*cursor);
        }
        let behind = || {
            self.following.iter().any(|(class, reached, _)| {
                reached.load(Ordering::Relaxed) < newest.get(class.as_str()).copied().unwrap_or(0)
            })
        };
        let catching_up = async {
            while behind() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        // On a timeout the check reports what is missing.
        let _ = tokio::time::timeout(patience, catching_up).await;
        self.stop.cancel();
        let mut seen = Vec::new();
        for (_, _, task) in self.following {
            seen.push(task.await.expect("a phone does not panic"));
        }
        seen
    }
}

async fn follow(
    phone: PhoneClient,
    class: ClassId,
    reached: Arc<AtomicI64>,
    stop: CancellationToken,
) -> PhoneObservations {
    let mut seen = PhoneObservations { class: class.to_string(), ..PhoneObservations::default() };
    let following = async {
        loop {
            if let Ok(stream) = phone.follow(&class, seen.cursor).await {
                seen.connections += 1;
                read(stream, &mut seen, &reached).await;
            }
            tokio::time::sleep(RECONNECT).await;
        }
    };
    // The stop signal is the only end.
    let _: Option<()> = stop.run_until_cancelled(following).await;
    seen
}

/// Reads until the connection ends.
async fn read(mut stream: ClassStream, seen: &mut PhoneObservations, reached: &AtomicI64) {
    while let Some(frame) = stream.next().await {
        match frame {
            StreamFrame::Arrival(arrival) => seen.take(&arrival),
            StreamFrame::Live { cursor } => seen.cursor = seen.cursor.max(Some(cursor)),
        }
        reached.fetch_max(seen.cursor.unwrap_or(0), Ordering::Relaxed);
    }
}

impl PhoneObservations {
    fn take(&mut self, arrival: &ClassArrival) {
        self.frames += 1;
        self.twice += u64::from(!self.shown.insert((arrival.id, arrival.cursor)));
        self.backwards += u64::from(self.cursor.is_some_and(|reached| arrival.cursor <= reached));
        self.foreign += u64::from(arrival.class.as_str() != self.class);
        self.cursor = self.cursor.max(Some(arrival.cursor));
        let latest = self.latest.entry(arrival.id).or_default();
        *latest = arrival.cursor.max(*latest);
    }
}
