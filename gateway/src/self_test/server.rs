//! Checks the connection to the server: address, TLS, credential, and the plan that it returns.

use std::sync::Arc;

use domain::time::Timestamp;
use reqwest::StatusCode;

use super::report::{SelfTestCheck, told};
use crate::config::GatewayConfig;
use crate::identity::{BoxIdentity, BoxIdentityError};
use crate::server::{DistrictServerClient, DistrictServerError, ServerClientBuildError, ServerProbeResult};

/// A server that sends an older plan has a wrong clock or does not read its own database.
const OLD: std::time::Duration = std::time::Duration::from_secs(3600);

#[derive(Debug, thiserror::Error)]
pub(super) enum ServerProbeError {
    #[error(transparent)]
    Identity(#[from] BoxIdentityError),
    #[error(transparent)]
    Client(#[from] ServerClientBuildError),
    #[error(transparent)]
    Call(#[from] DistrictServerError),
}

pub(super) async fn look(config: &GatewayConfig) -> Result<ServerProbeResult, ServerProbeError> {
    let identity = Arc::new(BoxIdentity::load(config)?);
    Ok(DistrictServerClient::new(&config.server, identity)?.look().await?)
}

pub(super) fn line(
    config: &GatewayConfig,
    seen: Result<ServerProbeResult, ServerProbeError>,
    now: Timestamp,
) -> SelfTestCheck {
    let failed = |found: String, advice: &str| SelfTestCheck::failed("server", found, advice);
    let seen = match seen {
        Ok(seen) => seen,
        Err(ServerProbeError::Call(error)) => {
            let advice = "look at the network, `server.url`, and for https at `ca_file` and the clock; the gate goes on alone";
            return failed(format!("{}: {}", config.server.url, told(&error)), advice);
        }
        Err(error) => return failed(told(&error), "put it right, then run this again"),
    };
    match seen.plan {
        Ok(plan) if plan.garage != config.garage => {
            let found = format!("it takes this box for garage `{}`", plan.garage);
            failed(found, "the credential is another garage's: enrol this box with a code of its own")
        }
        Ok(plan) if now.since(plan.made_at) > OLD => {
            let found = format!("its access plan is of {}", plan.made_at);
            SelfTestCheck::warning("server", found, "compare the clocks; ask the server's administrator")
        }
        Ok(plan) => {
            let found = format!(
                "{} knows this box; access plan of {} s ago, valid until {}",
                config.server.url,
                now.since(plan.made_at).as_secs(),
                plan.plan.valid_until
            );
            SelfTestCheck::ok("server", found)
        }
        Err(DistrictServerError::Status { status: StatusCode::UNAUTHORIZED, .. }) => {
            let advice = "ask the server's administrator for a code and run `gateway enroll`";
            failed("it does not know this box's credential".to_owned(), advice)
        }
        Err(error) => failed(told(&error), "ask the server's administrator; the gate goes on alone"),
    }
}
