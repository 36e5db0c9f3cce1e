//! `demo`'s command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::assembly::ListenAddresses;

/// Runs the whole system with an invented district and simulated gate controllers.
///
/// The data is kept in one folder; the next start continues with it. Ctrl-C stops the demo.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoOptions {
    /// Folder for the databases, keys and secrets; created if missing.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Address to listen on. The demo's log-in needs no password: do not expose it to a network.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// First of three ports: pages and mini-program API, server, MQTT.
    #[arg(long, value_name = "PORT", default_value_t = 8800)]
    pub port_base: u16,
    /// Port of the pages and the mini-program API. Default: the port base.
    #[arg(long, value_name = "PORT")]
    pub http_port: Option<u16>,
    /// Port of the server (operator console, open spaces). Default: the port base plus 1.
    #[arg(long, value_name = "PORT")]
    pub server_port: Option<u16>,
    /// Port of the MQTT broker. Default: the port base plus 2.
    #[arg(long, value_name = "PORT")]
    pub mqtt_port: Option<u16>,
    /// Port for a camera that posts its readings, at a third entry of the school. Default: no camera.
    #[arg(long, value_name = "PORT", conflicts_with = "uniform")]
    pub camera_port: Option<u16>,
    /// Duration of one dismissal in seconds, from the first car to the last.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(10..=3600))]
    pub dismissal: u64,
    /// Start without simulated cars and reservations.
    #[arg(long)]
    pub no_traffic: bool,
    /// Replace the demo's district by identical schools with CLASSES and CARS each, for load tests.
    #[arg(long, value_name = "SCHOOLS,CLASSES,CARS", value_parser = uniform)]
    pub uniform: Option<[usize; 3]>,
    /// Print only the addresses and log-ins, not each car.
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

impl DemoOptions {
    pub fn addresses(&self) -> ListenAddresses {
        let at = |chosen: Option<u16>, step: u16| {
            SocketAddr::new(self.host, chosen.unwrap_or_else(|| self.port_base.saturating_add(step)))
        };
        ListenAddresses {
            people: at(self.http_port, 0),
            server: at(self.server_port, 1),
            mqtt: at(self.mqtt_port, 2),
            cameras: self.camera_port.map(|port| SocketAddr::new(self.host, port)),
        }
    }
}
