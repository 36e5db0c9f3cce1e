//! Checks the connection to the server: address, TLS, credential, and the plan that it returns.

use std::sync::Arc;

use domain::time::Timestamp;
use reqwest::StatusCode;

use super::report::{Line, told};
use crate::config::Config;
use crate::identity::{Identity, IdentityError};
use crate::server::{CallError, ClientError, Seen, Server};

/// A server that sends an older plan has a wrong clock or does not read its own database.
const OLD: std::time::Duration = std::time::Duration::from_secs(3600);

#[derive(Debug, thiserror::Error)]
pub(super) enum LookError {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Call(#[from] CallError),
}

pub(super) async fn look(config: &Config) -> Result<Seen, LookError> {
    let identity = Arc::new(Identity::load(config)?);
    Ok(Server::new(&config.server, identity)?.look().await?)
}

pub(super) fn line(config: &Config, seen: Result<Seen, LookError>, now: Timestamp) -> Line {
    let failed = |found: String, advice: &str| Line::failed("server", found, advice);
    let seen = match seen {
        Ok(seen) => seen,
        Err(LookError::Call(error)) => {
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
            Line::warning("server", found, "compare the clocks; ask the server's administrator")
        }
        Ok(plan) => {
            let found = format!(
                "{} knows this box; access plan of {} s ago, valid until {}",
                config.server.url,
                now.since(plan.made_at).as_secs(),
                plan.plan.valid_until
            );
            Line::ok("server", found)
        }
        Err(CallError::Status { status: StatusCode::UNAUTHORIZED, .. }) => {
            let advice = "ask the server's administrator for a code and run `gateway enroll`";
            failed("it does not know this box's credential".to_owned(), advice)
        }
        Err(error) => failed(told(&error), "ask the server's administrator; the gate goes on alone"),
    }
}
