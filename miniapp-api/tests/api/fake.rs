//! A fake server that follows `protocol::people`, in memory, behind a link that tests can cut.

mod district;
mod reservations;
mod routes;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use domain::ids::{ArrivalId, ClassId};
use domain::pickup::PickupPhase;
use testkit::proxy::TcpProxy;
use tokio::sync::watch;

pub(crate) use district::{Call, Canned, District, class};

pub(crate) const SERVICE_TOKEN: &str = "service-token";

/// A running fake. Every change wakes the long polls.
pub(crate) struct FakeServer {
    pub link: TcpProxy,
    shared: Shared,
}

#[derive(Clone)]
struct Shared {
    district: Arc<Mutex<District>>,
    changes: watch::Sender<u64>,
}

impl FakeServer {
    pub(crate) async fn start() -> Self {
        let shared = Shared { district: Arc::default(), changes: watch::Sender::new(0) };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let upstream = listener.local_addr().unwrap();
        let router = routes::router(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { link: TcpProxy::start(upstream).await, shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.link.address()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, District> {
        self.shared.district.lock().unwrap()
    }

    fn changed(&self) {
        self.shared.changes.send_modify(|n| *n += 1);
    }

    /// A car arrives for a child of this class.
    pub(crate) fn arrive(&self, class: &ClassId) -> ArrivalId {
        let id = self.lock().arrive(class, "王小明");
        self.changed();
        id
    }

    pub(crate) fn set_phase(&self, arrival: ArrivalId, phase: PickupPhase) {
        self.lock().set_phase(arrival, phase);
        self.changed();
    }

    /// Another, younger database: the people stay, arrivals and cursors start again.
    pub(crate) fn replace_database(&self) {
        let mut district = self.lock();
        *district = District { people: std::mem::take(&mut district.people), ..District::default() };
        drop(district);
        self.changed();
    }
}
