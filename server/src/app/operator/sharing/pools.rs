//! The pools of a garage and their numbered spaces, replaced as a whole.

use domain::ids::GarageId;
use protocol::sharing as wire;

use super::SharingError;
use super::change::{SharingChange, refuse_conflicts};
use crate::app::audit::AuditAction;
use crate::app::operator::{OperatorCaller, require};
use crate::app::sharing::pools;
use crate::app::{App, etag};
use crate::context::ServerContext;
use store::pool::{self, StoredPool};

/// The garage's pools and their entity tag.
#[derive(Debug, Clone)]
pub struct TaggedPools {
    pub pools: wire::PoolList,
    pub etag: String,
}

impl TaggedPools {
    fn of(stored: &[StoredPool]) -> Self {
        let pools = wire::PoolList { pools: stored.iter().map(pools::spec).collect() };
        Self { etag: etag::strong(&pools), pools }
    }
}

pub async fn read(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<TaggedPools, SharingError> {
    let mut tx = context.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    Ok(TaggedPools::of(&pool::of_garage(&mut tx, garage).await?))
}

/// Replaces the pools. A window with a quota above its pool's size is a conflict, and so is one without a pool.
pub async fn put(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    if_match: &etag::EntityTags,
    entered: &wire::PoolList,
    wish: wire::AffectedPolicy,
) -> Result<TaggedPools, SharingError> {
    let mut change = SharingChange::begin(app, caller, garage).await?;
    if !if_match.contain(&TaggedPools::of(&change.before.pools).etag) {
        return Err(SharingError::Changed);
    }
    pools::check("pools", &entered.pools, change.capacity)?;
    let mut wanted: Vec<StoredPool> = entered.pools.iter().map(pools::stored).collect();
    wanted.sort_by(|a, b| a.id.cmp(&b.id));
    let gone: Vec<StoredPool> = change.before.pools.clone();
    for gone in gone.iter().filter(|known| !wanted.iter().any(|pool| pool.id == known.id)) {
        if !pool::unused(&mut change.tx, garage, &gone.id).await? {
            return Err(SharingError::PoolInUse(gone.id.to_string()));
        }
        pool::remove(&mut change.tx, garage, &gone.id).await?;
    }
    let mut after = change.before.clone();
    after.pools.clone_from(&wanted);
    let (before, mut conflicts) = (change.before.conflicts(change.now), after.conflicts(change.now));
    conflicts.retain(|conflict| !before.contains(conflict));
    refuse_conflicts(&after, &conflicts)?;
    pool::put(&mut change.tx, garage, &wanted).await?;
    let action = AuditAction::PoolsChange(change.part("pools"));
    change.finish(&after, wish, "", action).await?;
    Ok(TaggedPools::of(&wanted))
}
