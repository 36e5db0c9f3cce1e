//! The teachers' open WebSockets: each frame with the moment at which it came.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ids::{ArrivalId, ClassId};
use futures_util::{StreamExt, stream};
use protocol::people::{ClassArrival, StreamFrame};
use tokio::task::JoinSet;

use e2e::district::teacher;
use e2e::phone::ClassStream;
use e2e::system::TestSystem;

/// Sockets that are opened at once.
const AT_ONCE: usize = 32;

/// One arrival on one phone.
#[derive(Debug, Clone)]
pub struct ShownArrival {
    pub socket: usize,
    pub arrival: ArrivalId,
    pub cursor: i64,
    pub pupil: String,
    pub class: ClassId,
    pub at: Instant,
}

type ShownArrivals = Arc<Mutex<Vec<ShownArrival>>>;

pub struct BenchPhones {
    sockets: JoinSet<()>,
    opened: usize,
    per_class: HashMap<ClassId, usize>,
    shown: ShownArrivals,
}

fn lock(frames: &ShownArrivals) -> std::sync::MutexGuard<'_, Vec<ShownArrival>> {
    frames.lock().unwrap_or_else(PoisonError::into_inner)
}

impl BenchPhones {
    /// `count` of them, spread over the classes, each up to date.
    pub async fn open(system: &TestSystem, count: usize) -> Self {
        let schools = &system.invented().district.schools;
        let classes: Vec<&ClassId> = schools.iter().flat_map(|s| &s.classes).map(|class| &class.id).collect();
        let mut per_class: HashMap<ClassId, usize> = HashMap::new();
        let planned: Vec<&ClassId> = classes.iter().copied().cycle().take(count.max(classes.len())).collect();
        for class in &planned {
            *per_class.entry((*class).clone()).or_default() += 1;
        }
        let opened = planned.len();
        let opening = planned.into_iter().map(|class| open(system, class));
        let streams: Vec<ClassStream> = stream::iter(opening).buffer_unordered(AT_ONCE).collect().await;
        let shown = ShownArrivals::default();
        let mut sockets = JoinSet::new();
        for (socket, stream) in streams.into_iter().enumerate() {
            sockets.spawn(read(stream, socket, shown.clone()));
        }
        Self { sockets, opened, per_class, shown }
    }

    pub const fn opened(&self) -> usize {
        self.opened
    }

    /// Phones that follow this class.
    pub fn of(&self, class: &ClassId) -> usize {
        self.per_class.get(class).copied().unwrap_or(0)
    }

    /// Waits until `wanted` frames have come since the last call, at most for `patience`; takes them.
    pub async fn take(&self, wanted: usize, patience: Duration) -> Vec<ShownArrival> {
        let coming = async {
            while lock(&self.shown).len() < wanted {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // Late: what is missing is counted as lost.
        let _ = tokio::time::timeout(patience, coming).await;
        std::mem::take(&mut *lock(&self.shown))
    }

    /// Closes all sockets; returns how many the system had closed before, and the frames after the last round.
    pub async fn hang_up(mut self) -> (usize, usize) {
        let mut closed = 0;
        while self.sockets.try_join_next().is_some() {
            closed += 1;
        }
        self.sockets.shutdown().await;
        (closed, lock(&self.shown).len())
    }
}

async fn open(system: &TestSystem, class: &ClassId) -> ClassStream {
    let phone = system.log_in(teacher(system.invented(), class)).await;
    let mut stream = phone.follow(class, None).await.expect("a place for the phone");
    stream.until_live().await;
    stream
}

async fn read(mut stream: ClassStream, socket: usize, frames: ShownArrivals) {
    while let Some(frame) = stream.next().await {
        let at = Instant::now();
        let StreamFrame::Arrival(ClassArrival { id, cursor, pupil, class, .. }) = frame else { continue };
        lock(&frames).push(ShownArrival { socket, arrival: id, cursor, pupil, class, at });
    }
}
