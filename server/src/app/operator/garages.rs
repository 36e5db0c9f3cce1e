//! The operator's first screen: own garages, live counts, the health of gateways and controllers.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::GarageId;
use domain::occupancy::is_plausible;
use domain::time::Timestamp;
use protocol::alarm::{GatewayAlarm, LaneAlarm};
use protocol::operator::{
    AlarmSummary, ConnectionHealth, GarageOverview, GarageOverviews, GatewayOverview, LaneOverview,
    ServerBuild,
};
use protocol::uplink::LaneStatus;
use service::build;

use super::{OperatorCaller, confidence};
use crate::app::sharing::public::PublicHours;
use crate::app::{App, at_gate, public_sites};
use store::{StoreError, dead_letter, garage, gateway};

/// A gateway sends every few seconds and a controller every 10 s: three messages may be lost.
const ALIVE: Duration = Duration::from_secs(30);

pub async fn list(app: &App, caller: &OperatorCaller) -> Result<GarageOverviews, StoreError> {
    let now = app.now();
    let mut tx = app.store.begin_read().await?;
    let own = garage::of_operator(&mut tx, &caller.operator).await?;
    let hours = PublicHours::read(app, &mut tx, now).await?;
    let gateways = gateway::health(&mut tx).await?;
    let mut letters = dead_letter::counts_since(&mut tx, midnight(now)).await?;
    let mut lanes: HashMap<GarageId, Vec<LaneOverview>> = HashMap::new();
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
        let (gateway, lanes) = (gateway_of(health, now), lanes.remove(&own.id).unwrap_or_default());
        garages.push(GarageOverview {
            alarms: summary(&gateway.alarms, &lanes),
            open: public_sites::open_now(app, &own, &hours, seen, now).await?,
            plausible: own.occupied.is_none_or(|occupied| is_plausible(own.capacity, occupied)),
            gateway,
            trust: trusts.remove(&own.id).unwrap_or_else(confidence::nothing_known),
            lanes,
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
    let build = ServerBuild { version: build::VERSION.to_owned(), revision: build::REVISION.to_owned() };
    Ok(GarageOverviews { garages, build: Some(build) })
}

fn midnight(now: Timestamp) -> Timestamp {
    Timestamp::from_local(now.local_date().and_time(chrono::NaiveTime::MIN))
}

fn gateway_of(health: Option<&gateway::GatewayHealth>, now: Timestamp) -> GatewayOverview {
    let last_seen_at = health.and_then(|gateway| gateway.last_seen_at);
    GatewayOverview {
        health: judged(last_seen_at, now),
        last_seen_at,
        backlog: health.map_or(0, |gateway| gateway.backlog),
        version: health.and_then(|gateway| gateway.version.clone()),
        alarms: health.map_or_else(Vec::new, |gateway| sorted(&gateway.alarms, |alarm| alarm.kind.urgency())),
    }
}

/// The most urgent first; alarms of one urgency as reported.
fn sorted<T: Clone>(alarms: &[T], urgency: impl Fn(&T) -> u8) -> Vec<T> {
    let mut alarms = alarms.to_vec();
    alarms.sort_by_key(urgency);
    alarms
}

fn summary(gateway: &[GatewayAlarm], lanes: &[LaneOverview]) -> AlarmSummary {
    let of_lanes = || lanes.iter().flat_map(|lane| &lane.alarms);
    AlarmSummary {
        count: u32::try_from(gateway.len() + of_lanes().count()).unwrap_or(u32::MAX),
        worst_lane: of_lanes().map(|alarm: &LaneAlarm| alarm.kind).min_by_key(|kind| kind.urgency()),
        worst_gateway: gateway.first().map(|alarm| alarm.kind),
    }
}

fn lane(status: LaneStatus, now: Timestamp) -> LaneOverview {
    let health = judged(status.last_seen_at, now);
    let is_heard = |_: &Timestamp| health == ConnectionHealth::Online;
    LaneOverview {
        id: status.lane,
        name: status.name,
        direction: status.direction,
        device: status.device,
        health,
        last_seen_at: status.last_seen_at,
        firmware: status.firmware,
        pending_events: status.pending_events,
        make: status.make,
        make_title: status.make_title,
        alarms: sorted(&status.alarms, |alarm| alarm.kind.urgency()),
        quirks: status.quirks,
        clock_ahead_ms: status.clock_ahead_ms,
        stuck_since: status.stuck_since.filter(is_heard),
        held_open_since: status.held_open_since.filter(is_heard),
    }
}

fn judged(last_seen_at: Option<Timestamp>, now: Timestamp) -> ConnectionHealth {
    match last_seen_at {
        None => ConnectionHealth::NeverSeen,
        Some(seen) if now.since(seen) <= ALIVE => ConnectionHealth::Online,
        Some(_) => ConnectionHealth::Offline,
    }
}
