//! Orders to open and to end a fire alarm, on their way to gateways, which ask for them and are kept waiting: no garage needs a door to the internet.
//!
//! A wake-up ends the wait at once, on whichever replica the order was made; each replica also looks once a second for all its waiters
//! together, which finds what a lost wake-up missed. One question a garage waits: a later one sends the earlier one home, since nobody
//! is behind that any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::GarageId;
use protocol::mqtt::VERSION;
use protocol::order::{FireEndOrder, MAX_WAIT_MS, Order, Orders, Outcome};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::App;
use crate::store::open_order::{self, Taken, TakenAction};
use crate::store::seal::Purpose;
use crate::store::{StoreError, wake, word};

/// How often the database is looked at without a wake-up.
const LOOK: Duration = Duration::from_secs(1);

/// Gateways that wait here; one entry for each garage that has ever asked.
#[derive(Debug, Default)]
pub struct Waiters(Mutex<HashMap<GarageId, watch::Sender<Turn>>>);

/// Changes whenever a waiter has to look up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Turn {
    question: u64,
    news: u64,
}

impl Waiters {
    /// The number of one's own question, and what changes.
    fn ask(&self, garage: &GarageId) -> (u64, watch::Receiver<Turn>) {
        let mut waiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiter = waiters.entry(garage.clone()).or_default();
        waiter.send_modify(|turn| turn.question += 1);
        let question = waiter.borrow().question;
        (question, waiter.subscribe())
    }

    pub fn wake(&self, garage: &GarageId) {
        let waiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiter) = waiters.get(garage) {
            waiter.send_modify(|turn| turn.news += 1);
        }
    }

    /// Whether any gateway waits here.
    pub fn is_waiting(&self) -> bool {
        let waiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiters.values().any(|waiter| waiter.receiver_count() > 0)
    }
}

/// What the gateway's run is to open, as soon as there is something, else nothing after `wait`.
pub async fn poll(app: &App, garage: &GarageId, run: &str, wait: Duration) -> Result<Orders, StoreError> {
    let asked = Instant::now();
    let deadline = asked + wait.min(Duration::from_millis(MAX_WAIT_MS));
    let (question, mut turn) = app.waiters.ask(garage);
    loop {
        // Marked as seen before the database is read: an order in between wakes the wait below.
        let overtaken = turn.borrow_and_update().question != question;
        let taken = if overtaken { Vec::new() } else { take(app, garage, run).await? };
        let rest = deadline.saturating_duration_since(Instant::now());
        if overtaken || !taken.is_empty() || rest.is_zero() || app.closing.is_cancelled() {
            return answer(app, taken, asked);
        }
        tokio::select! {
            _ = turn.changed() => {}
            () = app.closing.cancelled() => {}
            () = sleep(rest) => {}
        }
    }
}

async fn take(app: &App, garage: &GarageId, run: &str) -> Result<Vec<Taken>, StoreError> {
    let now = app.now();
    let mut tx = app.store.begin_read().await?;
    let is_there = open_order::is_there(&mut tx, garage, run, now).await?;
    drop(tx);
    if !is_there {
        return Ok(Vec::new());
    }
    let mut tx = app.store.begin().await?;
    let taken = open_order::take(&mut tx, garage, run, now).await?;
    tx.commit().await?;
    Ok(taken)
}

fn answer(app: &App, taken: Vec<Taken>, asked: Instant) -> Result<Orders, StoreError> {
    let now = app.now();
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (mut orders, mut fire_ends) = (Vec::new(), Vec::new());
    for Taken { id, action, expires_at } in taken {
        let expires_in_ms = millis(expires_at.since(now));
        match action {
            TakenAction::Open { lane, plate_enc } => {
                let plate = plate_enc.map(|enc| app.keys.open(Purpose::Plate, &enc)).transpose()?;
                let plate = plate.map(|plate| word::parse("open_order.plate_enc", &plate)).transpose()?;
                orders.push(Order { id, lane, plate, expires_in_ms });
            }
            TakenAction::EndFire { through } => fire_ends.push(FireEndOrder { id, through, expires_in_ms }),
        }
    }
    Ok(Orders { v: VERSION, waited_ms: millis(asked.elapsed()), orders, fire_ends })
}

/// False if this garage's gateway was given no such order.
pub async fn ended(app: &App, garage: &GarageId, id: Uuid, outcome: Outcome) -> Result<bool, StoreError> {
    let mut tx = app.store.begin().await?;
    let known = open_order::ended(&mut tx, garage, id, outcome, app.now()).await?;
    tx.commit().await?;
    Ok(known)
}

/// After the commit of an order: wakes its gateway here and on other replicas.
pub(super) async fn announce(app: &App, garage: &GarageId) {
    app.waiters.wake(garage);
    if let Err(error) = wake::announce_order(&app.store, garage).await {
        // They look once a second by themselves.
        tracing::debug!(%error, "other replicas were not told of an order");
    }
}

/// Looks for orders that no wake-up has told of.
pub async fn look(app: App) {
    loop {
        sleep(LOOK).await;
        if !app.waiters.is_waiting() {
            continue;
        }
        match waiting(&app).await {
            Ok(garages) => garages.iter().for_each(|garage| app.waiters.wake(garage)),
            // Readiness says so already.
            Err(error) => tracing::debug!(%error, "orders could not be looked for"),
        }
    }
}

async fn waiting(app: &App) -> Result<Vec<GarageId>, StoreError> {
    let mut tx = app.store.begin_read().await?;
    open_order::garages_waiting(&mut tx, app.now()).await
}

/// What a process remembers of waiting gateways.
pub(super) type Shared = Arc<Waiters>;
