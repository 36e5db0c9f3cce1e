//! The gateway that runs on this box, if there is one, and its devices' last messages.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use protocol::problem::ProblemDetails;
use protocol::uplink::LaneStatus;
use reqwest::{Client, StatusCode};

use super::report::SelfTestCheck;
use crate::config::GatewayConfig;

/// Deadline; the gateway is on this box and replies from memory.
const DEADLINE: Duration = Duration::from_secs(2);

const NAME: &str = "gateway";

/// The lanes as the running gateway reports them; `None` if none replies.
pub(super) async fn look(config: &GatewayConfig) -> (Option<Vec<LaneStatus>>, SelfTestCheck) {
    let Some(listen) = config.http else {
        let line = SelfTestCheck::warning(NAME, "not asked: it serves no health", "set [http] listen");
        return (None, line);
    };
    match asked(listen).await {
        Ok((lanes, StatusCode::OK, _)) => (Some(lanes), SelfTestCheck::ok(NAME, "runs and is ready")),
        Ok((lanes, _, why)) => {
            let found = format!("runs and is not ready: {why}");
            (Some(lanes), SelfTestCheck::failed(NAME, found, "see the check that it names"))
        }
        Err(_) => (None, SelfTestCheck::warning(NAME, format!("none answers at {listen}"), "start it")),
    }
}

async fn asked(listen: SocketAddr) -> Result<(Vec<LaneStatus>, StatusCode, String), reqwest::Error> {
    // Plain HTTP on this box: no proxy, and no certificates, which may be missing.
    let client = Client::builder().no_proxy().tls_certs_only([]).timeout(DEADLINE).build()?;
    let origin = format!("http://{}", local(listen));
    let ready = client.get(format!("{origin}/readyz")).send().await?;
    let status = ready.status();
    let why =
        ready.json::<ProblemDetails>().await.ok().and_then(|problem| problem.detail).unwrap_or_default();
    let lanes = client.get(format!("{origin}/lanes")).send().await?.error_for_status()?.json().await?;
    Ok((lanes, status, why))
}

/// Uses loopback for a gateway that listens on all addresses.
fn local(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
