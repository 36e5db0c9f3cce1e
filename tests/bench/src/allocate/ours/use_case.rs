//! Called in this process.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::access::Audience;
use domain::allocation::Wish;
use domain::allocation::refusal::Refusal;
use server::app::App;
use server::app::allocation::{self, Act, AllocationError, By, Request, Reserve};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::Wanted;
use super::place::Place;
use crate::allocate::contestant::Answer;
use crate::allocate::demand::{Id, Ticket};

/// Replicas in one process that share nothing but the database.
pub struct UseCase {
    replicas: Vec<App>,
    requests: AtomicUsize,
    _end: DropGuard,
}

impl UseCase {
    pub fn start(replicas: Vec<App>) -> Self {
        let stop = CancellationToken::new();
        for app in &replicas {
            tokio::spawn(allocation::run(app.clone(), stop.clone()));
        }
        Self { replicas, requests: AtomicUsize::new(0), _end: stop.drop_guard() }
    }

    pub(super) async fn reserve(&self, place: &Place, wanted: &Wanted) -> Answer {
        let car = place.car(wanted.plate);
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let request = Reserve {
            by: By::Person(place.owner(car)),
            key: format!("b-{number}"),
            pool: wanted.pool.clone(),
            audience: Audience::Public,
            plate: car.sealed.clone(),
            span: wanted.span(),
            wish: Wish::Confirm,
        };
        let request = Request::Reserve(request);
        match allocation::submit(self.replica(number), place.garage(wanted.garage), request).await {
            Ok(allocation::Answer::Reservation(stored)) => Answer::Accepted(Ticket {
                id: Id(stored.entry.id.as_u128()),
                interval: wanted.interval,
                space: 0,
                plate: wanted.plate,
            }),
            Ok(other) => panic!("a reservation is answered with {other:?}"),
            Err(AllocationError::Refused(Refusal::Full { .. })) => Answer::Refused,
            Err(AllocationError::Busy) => Answer::GaveUp,
            Err(error) => panic!("a reservation fails: {error:?}"),
        }
    }

    pub(super) async fn cancel(&self, place: &Place, garage: usize, ticket: Ticket) -> Answer {
        let by = By::Person(place.owner(place.car(ticket.plate)));
        let act = Act { by, id: Uuid::from_u128(ticket.id.0), known: None };
        let app = self.replica(self.requests.fetch_add(1, Ordering::Relaxed));
        match allocation::submit(app, place.garage(garage), Request::Cancel(act)).await {
            Ok(_) => Answer::Cancelled,
            Err(AllocationError::Busy) => Answer::GaveUp,
            Err(error) => panic!("a cancellation fails: {error:?}"),
        }
    }

    /// By turns.
    fn replica(&self, request: usize) -> &App {
        self.replicas.get(request % self.replicas.len()).expect("there is a replica")
    }
}
