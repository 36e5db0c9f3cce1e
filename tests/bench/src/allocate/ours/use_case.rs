//! Called in this process.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::access::Audience;
use domain::allocation::ReservationIntent;
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::ReservationId;
use server::app::App;
use server::app::allocation::{
    self, AllocationError, AllocationRequest, RequestActor, ReservationActRequest, ReserveRequest,
};
use server::app::idempotency::IdempotencyKey;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::AllocatorRequest;
use super::place::BenchDistrict;
use crate::allocate::demand::{BenchReservation, BenchReservationId, ContestantAnswer};

/// Replicas in one process that share nothing but the database.
pub struct UseCaseTarget {
    replicas: Vec<App>,
    requests: AtomicUsize,
    _end: DropGuard,
}

impl UseCaseTarget {
    pub fn start(replicas: Vec<App>) -> Self {
        let stop = CancellationToken::new();
        for app in &replicas {
            tokio::spawn(allocation::run(app.clone(), stop.clone()));
        }
        Self { replicas, requests: AtomicUsize::new(0), _end: stop.drop_guard() }
    }

    pub(super) async fn reserve(&self, place: &BenchDistrict, wanted: &AllocatorRequest) -> ContestantAnswer {
        let car = place.car(wanted.plate);
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let Some(key) = IdempotencyKey::parse(&format!("b-{number}")) else {
            panic!("a number is a key");
        };
        let request = ReserveRequest {
            by: RequestActor::Person(place.owner(car)),
            key,
            pool: wanted.pool.clone(),
            audience: Audience::Public,
            plate: car.sealed.clone(),
            span: wanted.span(),
            wish: ReservationIntent::Confirm,
        };
        let request = AllocationRequest::Reserve(request);
        match allocation::submit(self.replica(number), place.garage(wanted.garage), request).await {
            Ok(allocation::AllocationReply::Reservation(stored)) => {
                ContestantAnswer::Accepted(BenchReservation {
                    id: BenchReservationId(stored.entry.id.as_uuid().as_u128()),
                    interval: wanted.interval,
                    space: 0,
                    plate: wanted.plate,
                })
            }
            Ok(other) => panic!("a reservation is answered with {other:?}"),
            Err(AllocationError::Refused(ReservationRefusal::Full { .. })) => ContestantAnswer::Refused,
            Err(AllocationError::Busy) => ContestantAnswer::GaveUp,
            Err(error) => panic!("a reservation fails: {error:?}"),
        }
    }

    pub(super) async fn cancel(
        &self,
        place: &BenchDistrict,
        garage: usize,
        ticket: BenchReservation,
    ) -> ContestantAnswer {
        let by = RequestActor::Person(place.owner(place.car(ticket.plate)));
        let act = ReservationActRequest { by, id: ReservationId::from_u128(ticket.id.0), known: None };
        let app = self.replica(self.requests.fetch_add(1, Ordering::Relaxed));
        match allocation::submit(app, place.garage(garage), AllocationRequest::Cancel(act)).await {
            Ok(_) => ContestantAnswer::Cancelled,
            Err(AllocationError::Busy) => ContestantAnswer::GaveUp,
            Err(error) => panic!("a cancellation fails: {error:?}"),
        }
    }

    /// By turns.
    fn replica(&self, request: usize) -> &App {
        self.replicas.get(request % self.replicas.len()).expect("there is a replica")
    }
}
