//! Rules of a garage that belong to no window.

use domain::ids::GarageId;
use protocol::sharing as wire;

use super::change::Change;
use super::{SharingError, invalid};
use crate::app::operator::{Caller, require};
use crate::app::{App, etag};
use crate::store::sharing_rules::{self, SharingRules};

#[derive(Debug, Clone)]
pub struct Tagged {
    pub rules: wire::SharingRules,
    pub etag: String,
}

impl Tagged {
    fn of(stored: SharingRules) -> Self {
        let rules = wire::SharingRules {
            strikes: stored.strikes,
            strike_days: stored.strike_days,
            block_days: stored.block_days,
            live_per_person: stored.live_per_person,
            live_per_plate: stored.live_per_plate,
        };
        Self { etag: etag::strong(&rules), rules }
    }
}

pub async fn read(app: &App, caller: &Caller, garage: &GarageId) -> Result<Tagged, SharingError> {
    let mut tx = app.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    Ok(Tagged::of(sharing_rules::find(&mut tx, garage).await?.unwrap_or_default()))
}

/// Replaces the rules. They apply to new requests; existing reservations stay.
pub async fn put(
    app: &App,
    caller: &Caller,
    garage: &GarageId,
    if_match: &str,
    entered: &wire::SharingRules,
) -> Result<Tagged, SharingError> {
    let mut change = Change::begin(app, caller, garage).await?;
    if !etag::matches(if_match, &Tagged::of(change.before.rules).etag) {
        return Err(SharingError::Changed);
    }
    let rules = checked(entered)?;
    sharing_rules::put(&mut change.tx, garage, &rules).await?;
    change.commit(&format!("{rules:?}"), "sharing_rules.change", "sharing-rules").await?;
    Ok(Tagged::of(rules))
}

fn checked(entered: &wire::SharingRules) -> Result<SharingRules, SharingError> {
    let cases = [
        ("strikes", entered.strikes, 0, 100),
        ("strike_days", entered.strike_days, 1, 365),
        ("block_days", entered.block_days, 1, 365),
        ("live_per_person", entered.live_per_person, 1, 100),
        ("live_per_plate", entered.live_per_plate, 1, 100),
    ];
    for (field, value, least, most) in cases {
        if !(least..=most).contains(&value) {
            return Err(invalid(field, format!("must be {least} to {most}, is {value}")));
        }
    }
    Ok(SharingRules {
        strikes: entered.strikes,
        strike_days: entered.strike_days,
        block_days: entered.block_days,
        live_per_person: entered.live_per_person,
        live_per_plate: entered.live_per_plate,
    })
}
