//! Remote openings and ends of fire alarms on their way to gateways. A gateway polls for them and its request is held,
//! so no garage needs a port open to the internet.
//!
//! A wake-up ends the wait at once, on any replica. Each replica also queries the database once a second for all its
//! waiting gateways, which finds the orders of a lost wake-up. One request per garage waits: a later one ends the
//! earlier one, whose client is gone.

use std::time::Duration;

use domain::ids::GarageId;
use protocol::mqtt::VERSION;
use protocol::order::{FireEndOrder, MAX_WAIT_MS, PendingRemoteOrders, RemoteOpening, RemoteOrderOutcome};
use store::open_order::{self, FetchedOrderAction, FetchedRemoteOrder};
use store::seal::SealPurpose;
use store::{StoreError, codec, wake};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::App;
use crate::context::ServerContext;

/// Interval of database queries without a wake-up.
const LOOK: Duration = Duration::from_secs(1);

/// The pending orders of a gateway's run, as soon as there are any; none after `wait`.
pub async fn poll(
    app: &App,
    garage: &GarageId,
    run: &str,
    wait: Duration,
) -> Result<PendingRemoteOrders, StoreError> {
    let asked = Instant::now();
    let deadline = asked + wait.min(Duration::from_millis(MAX_WAIT_MS));
    let (question, mut turn) = app.waiters.register(garage);
    loop {
        // Marked as seen before the database is read, so that an order in between ends the wait below.
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

async fn take(
    context: &ServerContext,
    garage: &GarageId,
    run: &str,
) -> Result<Vec<FetchedRemoteOrder>, StoreError> {
    let now = context.now();
    let mut tx = context.store.begin_read().await?;
    let is_there = open_order::is_there(&mut tx, garage, run, now).await?;
    drop(tx);
    if !is_there {
        return Ok(Vec::new());
    }
    let mut tx = context.store.begin().await?;
    let taken = open_order::take(&mut tx, garage, run, now).await?;
    tx.commit().await?;
    Ok(taken)
}

fn answer(
    context: &ServerContext,
    taken: Vec<FetchedRemoteOrder>,
    asked: Instant,
) -> Result<PendingRemoteOrders, StoreError> {
    let now = context.now();
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (mut orders, mut fire_ends) = (Vec::new(), Vec::new());
    for FetchedRemoteOrder { id, action, expires_at } in taken {
        let expires_in_ms = millis(expires_at.since(now));
        match action {
            FetchedOrderAction::Open { lane, plate_enc } => {
                let plate = plate_enc.map(|enc| context.keys.open(SealPurpose::Plate, &enc)).transpose()?;
                let plate = plate.map(|plate| codec::parse("open_order.plate_enc", &plate)).transpose()?;
                orders.push(RemoteOpening { id, lane, plate, expires_in_ms });
            }
            FetchedOrderAction::EndFire { lane, through } => {
                fire_ends.push(FireEndOrder { id, lane, through, expires_in_ms })
            }
        }
    }
    Ok(PendingRemoteOrders { v: VERSION, waited_ms: millis(asked.elapsed()), orders, fire_ends })
}

/// Stores the outcome; false if this garage's gateway has no such order.
pub async fn ended(
    context: &ServerContext,
    garage: &GarageId,
    id: Uuid,
    outcome: RemoteOrderOutcome,
) -> Result<bool, StoreError> {
    let mut tx = context.store.begin().await?;
    let known = open_order::ended(&mut tx, garage, id, outcome, context.now()).await?;
    tx.commit().await?;
    Ok(known)
}

/// Wakes the garage's gateway here and on other replicas, after the commit of an order.
pub(super) async fn announce(app: &App, garage: &GarageId) {
    app.waiters.wake(garage);
    if let Err(error) = wake::announce_order(&app.store, garage).await {
        // Other replicas query once a second anyway.
        tracing::debug!(%error, "NOTIFY of an order failed; other replicas will poll");
    }
}

/// Queries the database for orders whose wake-up was lost.
pub async fn poll_database(app: App) {
    loop {
        sleep(LOOK).await;
        if !app.waiters.is_waiting() {
            continue;
        }
        match waiting(&app).await {
            Ok(garages) => garages.iter().for_each(|garage| app.waiters.wake(garage)),
            // Readiness reports the failure already.
            Err(error) => tracing::debug!(%error, "polling for orders failed"),
        }
    }
}

async fn waiting(context: &ServerContext) -> Result<Vec<GarageId>, StoreError> {
    let mut tx = context.store.begin_read().await?;
    open_order::garages_waiting(&mut tx, context.now()).await
}
