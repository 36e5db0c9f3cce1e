//! The operator's first screen: own garages, live counts, the health of gateways and controllers.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::GarageId;
use domain::occupancy::is_plausible;
use domain::time::Timestamp;
use protocol::operator::{Garage, Garages, Gateway, Health, Lane};
use protocol::uplink::LaneStatus;

use super::{Caller, confidence};
use crate::app::sharing::public::PublicHours;
use crate::app::{App, at_gate, public_sites};
use crate::store::{StoreError, dead_letter, garage, gateway};

/// A gateway speaks every few seconds and a controller every 10 s: three beats may be lost.
const ALIVE: Duration = Duration::from_secs(30);

pub async fn list(app: &App, caller: &Caller) -> Result<Garages, StoreError> {
    let now = app.now();
    let mut tx = app.store.begin_read().await?;
    let own = garage::of_operator(&mut tx, &caller.operator).await?;
    let hours = PublicHours::read(app, &mut tx, now).await?;
    let gateways = gateway::health(&mut tx).await?;
    let mut letters = dead_letter::counts_since(&mut tx, midnight(now)).await?;
    let mut lanes: HashMap<GarageId, Vec<Lane>> = HashMap::new();
    for (garage, status) in gateway::lanes_of_operator(&mut tx, &caller.operator).await? {
        lanes.entry(garage).or_default().push(lane(status, now));
    }
    let mut trusts = confidence::of(&mut tx, &own, &gateways, now).await?;
    let mut waiting = HashMap::new();
    for garage in &own {
        waiting.insert(garage.id.clone(), at_gate::count(app, &mut tx, &garage.id).await?);
    }
    drop(tx);
    let mut garages = Vec::with_capacity(own.len());
    for own in own {
        let health = gateways.iter().find(|gateway| gateway.garage == own.id);
        let seen = health.and_then(|gateway| gateway.last_seen_at);
        garages.push(Garage {
            open: public_sites::open_now(app, &own, &hours, seen, now).await?,
            plausible: own.occupied.is_none_or(|occupied| is_plausible(own.capacity, occupied)),
            gateway: gateway_of(health, now),
            trust: trusts.remove(&own.id).unwrap_or_else(confidence::nothing_known),
            lanes: lanes.remove(&own.id).unwrap_or_default(),
            waiting_cars: waiting.remove(&own.id).unwrap_or(0),
            dead_letters_today: letters.remove(&own.id).unwrap_or(0),
            id: own.id,
            name: own.name,
            name_en: own.name_en,
            capacity: own.capacity,
            occupied: own.occupied,
            count_changed_at: own.count_changed_at,
        });
    }
    Ok(Garages { garages })
}

fn midnight(now: Timestamp) -> Timestamp {
    Timestamp::from_local(now.local_date().and_time(chrono::NaiveTime::MIN))
}

fn gateway_of(health: Option<&gateway::Health>, now: Timestamp) -> Gateway {
    let last_seen_at = health.and_then(|gateway| gateway.last_seen_at);
    Gateway {
        health: judged(last_seen_at, now),
        last_seen_at,
        backlog: health.map_or(0, |gateway| gateway.backlog),
        version: health.and_then(|gateway| gateway.version.clone()),
    }
}

fn lane(status: LaneStatus, now: Timestamp) -> Lane {
    let health = judged(status.last_seen_at, now);
    let is_heard = |_: &Timestamp| health == Health::Online;
    Lane {
        id: status.lane,
        name: status.name,
        direction: status.direction,
        device: status.device,
        health,
        last_seen_at: status.last_seen_at,
        firmware: status.firmware,
        pending_events: status.pending_events,
        make: status.make,
        quirks: status.quirks,
        clock_ahead_ms: status.clock_ahead_ms,
        stuck_since: status.stuck_since.filter(is_heard),
        held_open_since: status.held_open_since.filter(is_heard),
    }
}

fn judged(last_seen_at: Option<Timestamp>, now: Timestamp) -> Health {
    match last_seen_at {
        None => Health::NeverSeen,
        Some(seen) if now.since(seen) <= ALIVE => Health::Online,
        Some(_) => Health::Offline,
    }
}
