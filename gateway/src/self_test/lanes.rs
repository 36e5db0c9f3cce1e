//! Checks each lane's device: when it last gave a sign of life, to the running gateway or to the self-test.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use devices::make::{DeviceConnection, UnattendedExit};
use domain::ids::DeviceId;
use domain::occupancy::Direction;
use domain::time::Timestamp;
use protocol::mqtt::Topic;
use protocol::uplink::LaneStatus;
use tokio::net::TcpStream;

use super::report::Line;
use crate::config::{Config, Lane};
use crate::driver::Cameras;
use crate::mqtt::probe::Probe;

/// Three heartbeats.
const FRESH: Duration = Duration::from_secs(30);
/// Deadline for a camera's response on its own network.
const CONNECT: Duration = Duration::from_secs(2);
/// Port of the cameras' web pages.
const WEB: u16 = 80;

const ADVICE: &str = "look at the device's power, cable, and its user and password at the broker";

pub(super) async fn look(
    config: &Config,
    running: Option<Vec<LaneStatus>>,
    probe: Option<Probe>,
    wait: Duration,
    now: impl Fn() -> Timestamp,
) -> Vec<Line> {
    let heard = match (&running, probe) {
        (None, Some(probe)) => Some(listened(config, probe, wait).await),
        (Some(_), Some(probe)) => {
            probe.close().await;
            None
        }
        (_, None) => None,
    };
    let mut lines = Vec::new();
    for lane in &config.lanes {
        let name = format!("lane {}", lane.id);
        let told = running.as_ref().and_then(|lanes| lanes.iter().find(|status| status.lane == lane.id));
        lines.push(match (address_of(config, lane), told) {
            (Some(address), status) => posts(name, address, status, now()).await,
            (None, Some(status)) => native(name, lane, status, now()),
            (None, None) => unasked(name, lane, heard.as_ref(), wait),
        });
        lines.extend(unattended(lane));
    }
    lines
}

/// Address to probe for a device that does not use the broker.
fn address_of(config: &Config, lane: &Lane) -> Option<IpAddr> {
    let device = lane.foreign()?;
    let of_control = || config.controls.get(&lane.id)?.url.host_str()?.parse().ok();
    match device.make.driver().connection() {
        DeviceConnection::Posts => device.address,
        DeviceConnection::Streams(_) => of_control(),
        DeviceConnection::Publishes(_) => None,
    }
}

/// The behaviour of an exit while this box is down, if it traps people.
pub(super) fn unattended(lane: &Lane) -> Option<Line> {
    let name = format!("lane {} without this box", lane.id);
    let advice = "give the barrier a push button or a fall-back of its own, and try it with the box off";
    if lane.direction != Direction::Out {
        return None;
    }
    // The protocol defines the behaviour of a native controller.
    Some(match lane.foreign()?.make.driver().unattended_exit() {
        UnattendedExit::OwnList(how) => Line::ok(name, how.to_owned()),
        UnattendedExit::StaysShut(how) => Line::warning(name, how.to_owned(), advice),
        UnattendedExit::NotKnown => Line::warning(name, "the maker documents nothing".to_owned(), advice),
    })
}

fn native(name: String, lane: &Lane, status: &LaneStatus, now: Timestamp) -> Line {
    let device = &lane.device;
    match status.last_seen_at.map(|at| now.since(at)) {
        Some(ago) if ago <= FRESH => {
            let found = format!(
                "device `{device}` was heard {} s ago, keeps {} events",
                ago.as_secs(),
                status.pending_events
            );
            Line::ok(name, found)
        }
        Some(ago) => {
            Line::failed(name, format!("device `{device}` is silent for {} s", ago.as_secs()), ADVICE)
        }
        None => {
            Line::failed(name, format!("device `{device}` was not heard since the gateway's start"), ADVICE)
        }
    }
}

fn unasked(name: String, lane: &Lane, heard: Option<&HashSet<DeviceId>>, wait: Duration) -> Line {
    let device = &lane.device;
    match heard {
        Some(heard) if heard.contains(device) => Line::ok(name, format!("device `{device}` is heard")),
        Some(_) => {
            Line::failed(name, format!("device `{device}` was not heard within {} s", wait.as_secs()), ADVICE)
        }
        None => {
            Line::warning(name, format!("device `{device}`: not known without the broker"), "see `broker`")
        }
    }
}

/// Only a running gateway receives the messages of a device that posts, and some makes are silent while no car comes.
async fn posts(name: String, address: IpAddr, status: Option<&LaneStatus>, now: Timestamp) -> Line {
    let ago = status.and_then(|status| status.last_seen_at).map(|at| now.since(at));
    if let Some(ago) = ago.filter(|ago| *ago <= FRESH) {
        return Line::ok(name, format!("{address} has posted {} s ago", ago.as_secs()));
    }
    let silent = match ago {
        Some(ago) => format!("{address} has posted nothing for {} s", ago.as_secs()),
        None => format!("{address} has posted nothing to a running gateway"),
    };
    if is_there(address).await {
        return Line::warning(
            name,
            format!("{silent}; it is on the network"),
            "let a car pass, and look where it posts to",
        );
    }
    Line::failed(
        name,
        format!("{silent}, and is not on the network"),
        "look at the camera's power, cable and address",
    )
}

/// Whether the address responds at all; a refused connection is a response.
async fn is_there(address: IpAddr) -> bool {
    let connecting = TcpStream::connect(SocketAddr::new(address, WEB));
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => error.kind() == ErrorKind::ConnectionRefused,
        Err(_) => false,
    }
}

/// The devices that gave a sign of life within `wait`. Ends early when all have.
async fn listened(config: &Config, mut probe: Probe, wait: Duration) -> HashSet<DeviceId> {
    let cameras = Cameras::new(&config.lanes);
    let wanted = config.lanes.iter().filter(|lane| address_of(config, lane).is_none()).count();
    let (mut heard, started) = (HashSet::new(), Instant::now());
    while heard.len() < wanted
        && let Some(left) = wait.checked_sub(started.elapsed())
        && let Ok(Some(message)) = probe.heard(left).await
    {
        if let Ok(Topic::Status(_, device)) = Topic::parse(&message.topic)
            && config.lanes.iter().any(|lane| lane.device == device)
        {
            heard.insert(device);
        }
        let lanes = cameras.lanes_of(&message.topic, &message.payload);
        heard.extend(lanes.map(|lane| lane.device.clone()));
    }
    probe.close().await;
    heard
}
