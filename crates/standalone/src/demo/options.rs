//! `demo`'s command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::assembly::Addresses;

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
    /// Starts everything but no simulated cars and reservations: make your own.
    #[arg(long)]
    pub no_traffic: bool,
    /// Instead of the demo's district, this many schools that are all alike, with CLASSES and CARS each: for load tests.
    #[arg(long, value_name = "SCHOOLS,CLASSES,CARS", value_parser = uniform)]
    pub uniform: Option<[usize; 3]>,
    /// Prints the addresses and log-ins only, not each car.
    #[arg(long)]
    pub quiet: bool,
}

fn uniform(text: &str) -> Result<[usize; 3], String> {
    let numbers: Result<Vec<usize>, _> = text.split(',').map(str::parse).collect();
    let numbers: Option<[usize; 3]> = numbers.ok().and_then(|n| n.try_into().ok());
    numbers
        .filter(|n| n.iter().all(|n| (1..=10_000).contains(n)))
        .ok_or_else(|| "three numbers such as 100,10,30".to_owned())
}

impl Options {
    pub fn addresses(&self) -> Addresses {
        let at = |chosen: Option<u16>, step: u16| {
            SocketAddr::new(self.host, chosen.unwrap_or_else(|| self.port_base.saturating_add(step)))
        };
        Addresses {
            people: at(self.http_port, 0),
            server: at(self.server_port, 1),
            mqtt: at(self.mqtt_port, 2),
        }
    }
}
