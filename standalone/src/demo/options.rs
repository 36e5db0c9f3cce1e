//! `demo`'s command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Runs the whole system with an invented district and simulated gate controllers.
///
/// Data stays in one folder; the next start continues where this one ends. Ctrl-C stops it.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Folder for the databases, keys and secrets; made if missing.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Address to listen on. The demo's log-in needs no password: leave it on this machine.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// First of three ports: pages and mini-program API, server, MQTT.
    #[arg(long, value_name = "PORT", default_value_t = 8800)]
    pub port_base: u16,
    /// Port of the pages and the mini-program API, instead of the first.
    #[arg(long, value_name = "PORT")]
    pub http_port: Option<u16>,
    /// Port of the server (operator console, open spaces), instead of the second.
    #[arg(long, value_name = "PORT")]
    pub server_port: Option<u16>,
    /// Port of the MQTT broker, instead of the third.
    #[arg(long, value_name = "PORT")]
    pub mqtt_port: Option<u16>,
    /// Seconds that one dismissal takes, from the first car to the last.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(10..=3600))]
    pub dismissal: u64,
    /// Starts everything but no simulated cars: drive your own.
    #[arg(long)]
    pub no_traffic: bool,
    /// Prints the addresses and log-ins only, not each car.
    #[arg(long)]
    pub quiet: bool,
}

/// Where the demo listens.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    pub people: SocketAddr,
    pub server: SocketAddr,
    pub mqtt: SocketAddr,
}

impl Options {
    pub fn addresses(&self) -> Addresses {
        let at = |chosen: Option<u16>, step: u16| {
            SocketAddr::new(self.host, chosen.unwrap_or_else(|| self.port_base.saturating_add(step)))
        };
        Addresses { people: at(self.http_port, 0), server: at(self.server_port, 1), mqtt: at(self.mqtt_port, 2) }
    }
}
