//! Rules of a garage that belong to no window.

use domain::ids::GarageId;
use protocol::sharing as wire;

use super::change::SharingChange;
use super::{SharingError, invalid};
use crate::app::audit::AuditAction;
use crate::app::operator::{OperatorCaller, require};
use crate::app::{App, etag};
use crate::context::ServerContext;
use store::sharing_rules::{self, SharingRules};

#[derive(Debug, Clone)]
pub struct TaggedSharingRules {
    pub rules: wire::SharingRulesSpec,
    pub etag: String,
}

impl TaggedSharingRules {
    fn of(stored: SharingRules) -> Self {
        let rules = wire::SharingRulesSpec {
            strikes: stored.strikes,
            strike_days: stored.strike_days,
            block_days: stored.block_days,
            live_per_person: stored.live_per_person,
            live_per_plate: stored.live_per_plate,
        };
        Self { etag: etag::strong(&rules), rules }
    }
}

pub async fn read(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<TaggedSharingRules, SharingError> {
    let mut tx = context.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    Ok(TaggedSharingRules::of(sharing_rules::find(&mut tx, garage).await?.unwrap_or_default()))
}

/// Replaces the rules. They apply to new requests; existing reservations stay.
pub async fn put(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    if_match: &etag::EntityTags,
    entered: &wire::SharingRulesSpec,
) -> Result<TaggedSharingRules, SharingError> {
    let mut change = SharingChange::begin(app, caller, garage).await?;
    if !if_match.contain(&TaggedSharingRules::of(change.before.rules).etag) {
        return Err(SharingError::Changed);
    }
    let rules = checked(entered)?;
    sharing_rules::put(&mut change.tx, garage, &rules).await?;
    let action = AuditAction::SharingRulesChange(change.part("sharing-rules"));
    change.commit(&format!("{rules:?}"), action).await?;
    Ok(TaggedSharingRules::of(rules))
}

fn checked(entered: &wire::SharingRulesSpec) -> Result<SharingRules, SharingError> {
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
