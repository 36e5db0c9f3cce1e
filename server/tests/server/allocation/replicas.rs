//! Four replicas on one PostgreSQL and one garage, one of them killed in the middle.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::access::Audience;
use domain::allocation::ReservationIntent;
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::ReservationId;
use domain::minute::{Minute, MinuteSpan, Minutes};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use server::app::App;
use server::app::allocation::{
    AllocationError, AllocationRequest, RequestActor, ReserveRequest, run, submit,
};
use server::app::idempotency::IdempotencyKey;
use store::seal::SealPurpose;
use store::{Store, Tx, book};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::allocation::place::{SOON, at, car, drivers_named, mall, one, share, span};
use crate::common::StoreFixture;
use crate::common::district::fill;

const SPACES: u32 = 107;
const REPLICAS: usize = 4;
const CALLERS: usize = 64;
const REQUESTS: usize = 1200;
/// Number of answers before a replica dies.
const UNTIL_DEATH: usize = 300;

/// A replica with its own threads and connections.
struct AllocatorReplica {
    app: App,
    runtime: Option<Runtime>,
    alive: Arc<AtomicBool>,
}

impl AllocatorReplica {
    fn start(fixture: &StoreFixture) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let app =
            std::thread::scope(|scope| scope.spawn(|| runtime.block_on(fixture.replica())).join().unwrap());
        runtime.spawn(run(app.clone(), CancellationToken::new()));
        Self { app, runtime: Some(runtime), alive: Arc::new(AtomicBool::new(true)) }
    }

    /// Stops the replica at an arbitrary point: its tasks never reach their next step.
    fn kill(&mut self) {
        self.alive.store(false, Ordering::SeqCst);
        self.runtime.take().unwrap().shutdown_background();
    }
}

impl Drop for AllocatorReplica {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

struct LaneFixture {
    app: App,
    alive: Arc<AtomicBool>,
}

/// Sends a request like a client: repeats it with the same key at another replica until there is an answer. Returns
/// the id if a space was allocated.
async fn insist(doors: &[LaneFixture], asked: &ReserveRequest, first: usize) -> Option<ReservationId> {
    for attempt in first.. {
        let door = &doors[attempt % doors.len()];
        if !door.alive.load(Ordering::SeqCst) {
            continue;
        }
        let submitted = async { submit(&door.app, &mall(), AllocationRequest::Reserve(asked.clone())).await };
        match tokio::time::timeout(Duration::from_secs(5), submitted).await {
            Ok(Ok(answer)) => return Some(one(answer).entry.id),
            Ok(Err(AllocationError::Refused(
                ReservationRefusal::Full { .. } | ReservationRefusal::PlateBusy { .. },
            ))) => {
                return None;
            }
            Ok(Err(AllocationError::Busy | AllocationError::Closing | AllocationError::Store(_)))
            | Err(_) => {}
            Ok(Err(other)) => panic!("{other:?}"),
        }
    }
    unreachable!("a client insists");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_replicas_sell_no_space_twice_and_lose_none_when_one_is_killed() {
    let f = StoreFixture::postgres().await;
    let app = f.app();
    fill(&app).await;
    share(&f.store, SPACES, &[]).await;
    let people = Arc::new(drivers_named(&app, "rush", REQUESTS).await);
    let mut replicas: Vec<_> = (0..REPLICAS).map(|_| AllocatorReplica::start(&f)).collect();
    let door = |replica: &AllocatorReplica| LaneFixture {
        app: replica.app.clone(),
        alive: Arc::clone(&replica.alive),
    };
    let doors: Arc<Vec<LaneFixture>> = Arc::new(replicas.iter().map(door).collect());
    let answered = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (doors, answered) = (Arc::clone(&doors), Arc::clone(&answered));
            let (keys, people) = (Arc::clone(&app.keys), Arc::clone(&people));
            tokio::spawn(async move {
                let mut random = StdRng::seed_from_u64(caller as u64);
                let mut given = HashMap::new();
                for n in (caller..REQUESTS).step_by(CALLERS) {
                    let from = Minute::floor(at("18:00")) + Minutes(random.random_range(0..120));
                    let asked = ReserveRequest {
                        by: RequestActor::Person(people[n]),
                        key: IdempotencyKey::parse(&format!("key-{n}")).unwrap(),
                        pool: None,
                        audience: Audience::Public,
                        plate: keys.sealed(SealPurpose::Plate, &car(n)).unwrap(),
                        span: MinuteSpan::new(from, from + Minutes(random.random_range(60..180))).unwrap(),
                        wish: ReservationIntent::Confirm,
                    };
                    if let Some(id) = insist(&doors, &asked, n).await {
                        given.insert(n, id);
                        // A client that lost its answer repeats the request and gets the same reservation.
                        if n % 7 == 0 {
                            assert_eq!(insist(&doors, &asked, n + 1).await, Some(id));
                        }
                    }
                    answered.fetch_add(1, Ordering::SeqCst);
                }
                given
            })
        })
        .collect();
    testkit::wait::until(Duration::from_secs(60), "some answers", async || {
        (answered.load(Ordering::SeqCst) >= UNTIL_DEATH).then_some(())
    })
    .await;
    replicas[1].kill();
    let mut given = HashMap::new();
    for caller in callers {
        given.extend(caller.await.unwrap());
    }
    assert!(given.len() > 107, "{}", given.len());
    judge(&f.store, &given.into_values().collect()).await;
}

/// A machine that dies or loses its network sends nothing, and no connection to it ends by itself.
#[tokio::test]
async fn a_database_that_falls_silent_holds_up_no_allocator_for_ever() {
    let f = StoreFixture::postgres().await;
    let (app, link) = f.replica_behind_a_link().await;
    fill(&f.app()).await;
    share(&f.store, 9, &[]).await;
    let people = drivers_named(&f.app(), "silent", 1).await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(app.clone(), stop.clone()));
    let asked = |key: &str, from: &str, until: &str| ReserveRequest {
        by: RequestActor::Person(people[0]),
        key: IdempotencyKey::parse(key).unwrap(),
        pool: None,
        audience: Audience::Public,
        plate: app.keys.sealed(SealPurpose::Plate, &car(1)).unwrap(),
        span: span(from, until),
        wish: ReservationIntent::Confirm,
    };
    submit(&app, &mall(), AllocationRequest::Reserve(asked("before", "18:00", "19:00"))).await.unwrap();
    // Its connection goes silent in the middle of a transaction that waits for the book.
    let mut holder = f.store.begin().await.unwrap();
    book::lock(&mut holder, &[mall()]).await.unwrap();
    let waiting = tokio::spawn({
        let (app, asked) = (app.clone(), asked("silent", "20:00", "21:00"));
        async move { submit(&app, &mall(), AllocationRequest::Reserve(asked)).await }
    });
    testkit::wait::until(SOON, "the transaction's wait for the book", async || {
        (waits_for_a_lock(&f.store).await > 0).then_some(())
    })
    .await;
    link.freeze();
    holder.rollback().await.unwrap();
    let lost = waiting.await.unwrap();
    assert!(matches!(lost, Err(AllocationError::Busy)), "{lost:?}");
    // It ends only if it gives up the silent connection.
    stop.cancel();
    testkit::wait::until(SOON * 3, "the allocator's end", async || task.is_finished().then_some(())).await;
}

async fn waits_for_a_lock(store: &Store) -> i64 {
    let Tx::Postgres(mut tx) = store.begin_read().await.unwrap() else { panic!("PostgreSQL") };
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    sqlx::query_scalar(waiting).fetch_one(&mut *tx).await.unwrap()
}

/// Checked by SQL alone: every allocated reservation exists exactly once, no other exists, and no minute is oversold.
async fn judge(store: &Store, given: &BTreeSet<ReservationId>) {
    let Tx::Postgres(mut tx) = store.begin_read().await.unwrap() else { panic!("PostgreSQL") };
    let ids: Vec<(String,)> = sqlx::query_as("select id from reservation where state = 'confirmed'")
        .fetch_all(&mut *tx)
        .await
        .unwrap();
    let stored: BTreeSet<ReservationId> = ids.iter().map(|(id,)| id.parse().unwrap()).collect();
    assert_eq!(ids.len(), stored.len());
    assert_eq!(&stored, given);
    // The level is highest at the start of some stay.
    let (most,): (i64,) = sqlx::query_as(
        "select max(level) from (select (select count(*) from reservation o where o.taken_from <= r.taken_from \
         and o.taken_until > r.taken_from) as level from reservation r) as levels",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert!(most <= i64::from(SPACES), "{most} stays at once");
    assert!(most > i64::from(SPACES) * 9 / 10, "only {most} stays at once: nothing was contended");
    let (keys,): (i64,) = sqlx::query_as("select count(distinct (made_by, client_key)) from reservation")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    assert_eq!(usize::try_from(keys).unwrap(), given.len());
}
