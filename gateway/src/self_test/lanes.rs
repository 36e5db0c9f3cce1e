//! Checks each lane's device: when it last gave a sign of life, to the running gateway or to the self-test.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use devices::make::{DeviceConnection, UnattendedExit};
use domain::ids::DeviceId;
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use protocol::mqtt::MqttTopic;
use protocol::uplink::LaneStatus;
use tokio::net::TcpStream;

use super::report::SelfTestCheck;
use crate::config::{GatewayConfig, LaneConfig};
use crate::driver::BrokerCameras;
use crate::mqtt::probe::BrokerProbe;

/// Three heartbeats.
const FRESH: Duration = Duration::from_secs(30);
/// Deadline for a camera's response on its own network.
const CONNECT: Duration = Duration::from_secs(2);
/// Port of the cameras' web pages.
const WEB: u16 = 80;

const ADVICE: &str = "look at the device's power, cable, and its user and password at the broker";

pub(super) async fn look(
    config: &GatewayConfig,
    running: Option<Vec<LaneStatus>>,
    probe: Option<BrokerProbe>,
    wait: Duration,
    now: impl Fn() -> Timestamp,
) -> Vec<SelfTestCheck> {
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
fn address_of(config: &GatewayConfig, lane: &LaneConfig) -> Option<IpAddr> {
    let device = lane.foreign()?;
    let of_control = || config.controls.get(&lane.id)?.url.host_str()?.parse().ok();
    match device.make.driver().connection() {
        DeviceConnection::Posts => device.address,
        DeviceConnection::Streams(_) => of_control(),
        DeviceConnection::Publishes(_) => None,
    }
}

/// The behaviour of an exit while this box is down, if it traps people.
pub(super) fn unattended(lane: &LaneConfig) -> Option<SelfTestCheck> {
    let name = format!("lane {} without this box", lane.id);
    let advice = "give the barrier a push button or a fall-back of its own, and try it with the box off";
    if lane.direction != LaneDirection::Out {
        return None;
    }
    // The protocol defines the behaviour of a native controller.
    Some(match lane.foreign()?.make.driver().unattended_exit() {
        UnattendedExit::OwnList(how) => SelfTestCheck::ok(name, how.to_owned()),
        UnattendedExit::StaysShut(how) => SelfTestCheck::warning(name, how.to_owned(), advice),
        UnattendedExit::NotKnown => {
            SelfTestCheck::warning(name, "the maker documents nothing".to_owned(), advice)
        }
    })
}

fn native(name: String, lane: &LaneConfig, status: &LaneStatus, now: Timestamp) -> SelfTestCheck {
    let device = &lane.device;
    match status.last_seen_at.map(|at| now.since(at)) {
        Some(ago) if ago <= FRESH => {
            let found = format!(
                "device `{device}` was heard {} s ago, keeps {} events",
                ago.as_secs(),
                status.pending_events
            );
            SelfTestCheck::ok(name, found)
        }
        Some(ago) => SelfTestCheck::failed(
            name,
            format!("device `{device}` is silent for {} s", ago.as_secs()),
            ADVICE,
        ),
        None => SelfTestCheck::failed(
            name,
            format!("device `{device}` was not heard since the gateway's start"),
            ADVICE,
        ),
    }
}

fn unasked(
    name: String,
    lane: &LaneConfig,
    heard: Option<&HashSet<DeviceId>>,
    wait: Duration,
) -> SelfTestCheck {
    let device = &lane.device;
    match heard {
        Some(heard) if heard.contains(device) => {
            SelfTestCheck::ok(name, format!("device `{device}` is heard"))
        }
        Some(_) => SelfTestCheck::failed(
            name,
            format!("device `{device}` was not heard within {} s", wait.as_secs()),
            ADVICE,
        ),
        None => SelfTestCheck::warning(
            name,
            format!("device `{device}`: not known without the broker"),
            "see `broker`",
        ),
    }
}

/// Only a running gateway receives the messages of a device that posts, and some makes are silent while no car comes.
async fn posts(name: String, address: IpAddr, status: Option<&LaneStatus>, now: Timestamp) -> SelfTestCheck {
    let ago = status.and_then(|status| status.last_seen_at).map(|at| now.since(at));
    if let Some(ago) = ago.filter(|ago| *ago <= FRESH) {
        return SelfTestCheck::ok(name, format!("{address} has posted {} s ago", ago.as_secs()));
    }
    let silent = match ago {
        Some(ago) => format!("{address} has posted nothing for {} s", ago.as_secs()),
        None => format!("{address} has posted nothing to a running gateway"),
    };
    if is_there(address).await {
        return SelfTestCheck::warning(
            name,
            format!("{silent}; it is on the network"),
            "let a car pass, and look where it posts to",
        );
    }
    SelfTestCheck::failed(
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
async fn listened(config: &GatewayConfig, mut probe: BrokerProbe, wait: Duration) -> HashSet<DeviceId> {
    let cameras = BrokerCameras::new(&config.lanes);
    let wanted = config.lanes.iter().filter(|lane| address_of(config, lane).is_none()).count();
    let (mut heard, started) = (HashSet::new(), Instant::now());
    while heard.len() < wanted
        && let Some(left) = wait.checked_sub(started.elapsed())
        && let Ok(Some(message)) = probe.heard(left).await
    {
        if let Ok(MqttTopic::Status(_, device)) = MqttTopic::parse(&message.topic)
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
