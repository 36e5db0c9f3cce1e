//! Import of pools and windows of a district file. A window's id consists of its garage's id and its position in the
//! file, so a window at another position is another window. Windows and pools that operators have entered stay.

use std::collections::BTreeSet;

use domain::access::Audience;
use domain::ids::{GarageId, WindowId};
use domain::shared_window::SharedWindow;
use domain::time::Timestamp;
use protocol::district::GarageSpec;
use protocol::sharing::{PoolSpec, WindowSpec};

use super::InvalidField;
use crate::app::App;
use crate::app::sharing::{SharingState, conflict, pools, rule};
use store::{StoreError, Tx, pool, window};

/// The file's windows, checked.
pub(super) fn windows_of(
    at: &str,
    spec: &GarageSpec,
    pools: &[PoolSpec],
) -> Result<Vec<SharedWindow>, InvalidField> {
    let mut windows = Vec::with_capacity(spec.windows.len());
    for (position, window) in spec.windows.iter().enumerate() {
        let id = id_at(&spec.id, position)?;
        let window = with_quota(window, spec, pools);
        windows.push(rule::window(id, &window, pools).map_err(|error| InvalidField {
            field: format!("{at}.windows[{position}].{}", error.field),
            message: error.message,
        })?);
    }
    Ok(windows)
}

/// Sets the default quota of an audience with permits to the number of its permits. With the whole pool reserved for
/// them, no space would be left for the public.
fn with_quota(window: &WindowSpec, spec: &GarageSpec, pools: &[PoolSpec]) -> WindowSpec {
    let by_permit = matches!(window.audience, Audience::Staff | Audience::Resident);
    if !by_permit || window.quota.is_some() {
        return window.clone();
    }
    let permits = spec.permits.iter().filter(|permit| permit.audience == window.audience).count();
    let own = window.pool.as_ref();
    let pool = pools.iter().find(|pool| own.map_or("main", |id| id.as_str()) == pool.id.as_str());
    let largest = pool.map_or(1, |pool| pool.size);
    let quota = u32::try_from(permits).unwrap_or(u32::MAX).clamp(1, largest.max(1));
    WindowSpec { quota: Some(quota), ..window.clone() }
}

fn id_at(garage: &GarageId, position: usize) -> Result<WindowId, InvalidField> {
    WindowId::parse(&format!("{garage}-{position}"))
        .map_err(|error| InvalidField { field: "id".to_owned(), message: error.to_string() })
}

/// Whether this window was imported from a file.
fn is_from_file(garage: &GarageId, id: &WindowId) -> bool {
    let position = id.as_str().strip_prefix(garage.as_str()).and_then(|rest| rest.strip_prefix('-'));
    position.is_some_and(|position| !position.is_empty() && position.bytes().all(|b| b.is_ascii_digit()))
}

/// True if the garage's pools have changed. Pools that the file does not name stay until its windows are written.
pub(super) async fn put_pools(tx: &mut Tx, spec: &GarageSpec) -> Result<bool, StoreError> {
    let known = pool::of_garage(tx, &spec.id).await?;
    let wanted: Vec<pool::StoredPool> =
        pools::or_known(&spec.pools, &known, spec.capacity).iter().map(pools::stored).collect();
    let as_wanted = |pool: &pool::StoredPool| known.contains(pool);
    if known.len() == wanted.len() && wanted.iter().all(as_wanted) {
        return Ok(false);
    }
    pool::put(tx, &spec.id, &wanted).await?;
    Ok(true)
}

/// True if the garage's windows have changed.
pub(super) async fn put_windows(
    tx: &mut Tx,
    spec: &GarageSpec,
    now: Timestamp,
) -> Result<bool, super::ImportError> {
    let pools: Vec<PoolSpec> = pool::of_garage(tx, &spec.id).await?.iter().map(pools::spec).collect();
    let wanted = windows_of("", spec, &pools)?;
    let known: Vec<SharedWindow> =
        window::of_garage(tx, &spec.id).await?.into_iter().map(|stored| stored.window).collect();
    let mut changed = false;
    for window in wanted.iter().filter(|window| !known.contains(window)) {
        window::put(tx, &spec.id, window, now).await?;
        changed = true;
    }
    let kept: BTreeSet<&WindowId> = wanted.iter().map(|window| &window.id).collect();
    let gone = known.iter().map(|window| &window.id).filter(|id| !kept.contains(id));
    for id in gone.filter(|id| is_from_file(&spec.id, id)) {
        window::end(tx, &spec.id, id, now).await?;
        changed = true;
    }
    Ok(changed)
}

/// Describes windows of these garages that conflict. A file is imported in spite of conflicts, as the first version
/// did: where two windows overlap, the later one begins when the earlier one ends. The conflicts include windows that
/// operators have entered.
pub async fn contradictions(app: &App, garages: &[GarageSpec]) -> Result<Vec<String>, StoreError> {
    let now = app.now();
    let mut tx = app.store.begin_read().await?;
    let mut told = Vec::new();
    for spec in garages {
        let ground = SharingState::read(app, &mut tx, &spec.id, now).await?;
        let found = ground.conflicts(now);
        let refused = found.iter().filter(|conflict| conflict.clash.is_refused());
        told.extend(refused.map(|it| format!("{}: {}", spec.id, conflict::describe(it, &ground.windows))));
    }
    tx.rollback().await?;
    Ok(told)
}

/// Removes pools that the file no longer names and nothing uses.
pub(super) async fn remove_pools(tx: &mut Tx, spec: &GarageSpec) -> Result<bool, StoreError> {
    let mut changed = false;
    if spec.pools.is_empty() {
        return Ok(changed);
    }
    for known in pool::of_garage(tx, &spec.id).await? {
        let named = spec.pools.iter().any(|pool| pool.id == known.id);
        if !named && pool::unused(tx, &spec.id, &known.id).await? {
            pool::remove(tx, &spec.id, &known.id).await?;
            changed = true;
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_windows_are_told_from_the_files() {
        let garage = GarageId::parse("a-1").unwrap();
        let from_file = |id: &str| is_from_file(&garage, &WindowId::parse(id).unwrap());
        assert!(from_file("a-1-0") && from_file("a-1-12"));
        assert!(!from_file("a-1") && !from_file("a-10") && !from_file("a-1-0-1"));
        assert!(!from_file("0193a1f0-0000-7000-8000-000000000000"));
    }
}
