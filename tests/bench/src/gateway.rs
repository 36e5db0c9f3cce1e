//! Measures one gateway: what it decides and stores a second, and what a backlog costs, beside the bare broker and a relay that
//! stores nothing.
//!
//! - [`book`]: the outcome of each event
//! - [`site`], [`sink`], [`stand`]: the broker, the gateway's process, what stands behind its uplink; the contestants
//! - [`fleet`]: the controllers and their loads, open and closed loop
//! - [`peer`]: another edge gateway that stores and forwards
//! - [`rounds`]: one load on one contestant; [`backlog`]: a long outage
//! - [`report`], [`show`]: figures for people and for programs
//!
//! All contestants use one Mosquitto and get the same payloads from the same clients, each in a garage of its own. In
//! an open loop latencies count from the intended send of an event. Contestants take turns, forwards and backwards.

pub mod backlog;
pub mod book;
mod fleet;
mod memory;
mod mqtt;
mod peer;
pub mod report;
pub mod rounds;
mod show;
mod sink;
pub mod site;
pub mod stand;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use report::GatewayFindings;
use stand::GatewayTestStand;

/// Configuration of the bench.
#[derive(Debug, Clone)]
pub struct GatewayBenchOptions {
    /// Of the open loop.
    pub per_second: u32,
    pub seconds: Duration,
    /// Of the open loop; not measured, but what is lost in it counts.
    pub warm_up: Duration,
    /// Events of one closed loop.
    pub events: usize,
    /// Unanswered decisions of the closed loop.
    pub in_flight: usize,
    /// Unacknowledged events; a closed loop for each.
    pub stored_in_flight: Vec<usize>,
    pub passes: usize,
    /// Where `thingsboard-gateway` is installed, for a comparison with it.
    pub peer: Option<PathBuf>,
    /// Events in flight between a controller and the receiver behind the uplink, for that comparison.
    pub delivered_in_flight: usize,
    /// Events of the long outage; none for no such measurement.
    pub backlog: usize,
    /// With that backlog on disk.
    pub restarts: usize,
    /// For storing the backlog, and again for its catching up.
    pub deadline: Duration,
}

pub async fn run(options: &GatewayBenchOptions) -> GatewayFindings {
    eprintln!("starting broker, relay and gateway");
    let mut stand = GatewayTestStand::start().await;
    let mut rounds = rounds::all(&mut stand, options).await;
    if let Some(program) = &options.peer {
        rounds.extend(rounds::beside_peer(&mut stand, program, options).await);
    }
    let backlog = match options.backlog {
        0 => None,
        _ => Some(backlog::measure(&mut stand, options).await),
    };
    let findings = GatewayFindings::new(options, rounds, backlog);
    eprintln!("{findings}");
    findings
}

/// The relay's process, until it is killed.
pub async fn relay(broker: SocketAddr, password: String) {
    let user = site::SiteGarage::invent(stand::RELAY).gateway;
    mqtt::relay(broker, &site::SiteUser { password, ..user }).await;
}
