//! Shared windows. They are ended, never deleted, because reservations reference them.

mod row;

use std::collections::BTreeMap;

use domain::access::Audience;
use domain::ids::{GarageId, WindowId};
use domain::minute::Minutes;
use domain::shared_window::{ClassStagger, SharedWindow};
use domain::time::Timestamp;

use self::row::WindowRow;
use super::{StoreError, Tx, codec};

/// A window and the times of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWindow {
    pub window: SharedWindow,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// The select list of every read.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, garage_id, pool_id, audience, name, weekdays, kinds, lessons, first_day, last_day, \
             start_minute, length_minutes, quota, bookable, walk_in, min_stay_minutes, max_stay_minutes, \
             horizon_minutes, lock_start_minute, lock_length_minutes, early_minutes, grace_minutes, \
             notice_minutes, created_at, modified_at from shared_window ",
            $rest
        )
    };
}

/// A garage's windows that have not been ended, by pool, audience and start.
pub async fn of_garage(tx: &mut Tx, garage: &GarageId) -> Result<Vec<StoredWindow>, StoreError> {
    let rows: Vec<WindowRow> = fetch_all!(
        tx,
        select!("where garage_id = $1 and ended_at is null order by pool_id, audience, start_minute, id"),
        garage.as_str(),
    )?;
    let stagger: Vec<WindowStaggerRow> = fetch_all!(
        tx,
        "select s.window_id, s.class_id, s.offset_minutes from window_stagger s \
         join shared_window w on w.id = s.window_id where w.garage_id = $1 and w.ended_at is null \
         order by s.class_id",
        garage.as_str(),
    )?;
    let mut groups = grouped(stagger)?;
    rows.into_iter().map(|row| Ok(stored(row, &mut groups)?.1)).collect()
}

/// Every garage's windows for one audience that have not been ended.
pub async fn of_audience(
    tx: &mut Tx,
    audience: Audience,
) -> Result<Vec<(GarageId, SharedWindow)>, StoreError> {
    let rows: Vec<WindowRow> = fetch_all!(
        tx,
        select!("where audience = $1 and ended_at is null order by garage_id, start_minute, id"),
        codec::encode(audience),
    )?;
    let stagger: Vec<WindowStaggerRow> = fetch_all!(
        tx,
        "select s.window_id, s.class_id, s.offset_minutes from window_stagger s \
         join shared_window w on w.id = s.window_id where w.audience = $1 and w.ended_at is null \
         order by s.class_id",
        codec::encode(audience),
    )?;
    let mut groups = grouped(stagger)?;
    let one = |row| stored(row, &mut groups).map(|(garage, stored)| (garage, stored.window));
    rows.into_iter().map(one).collect()
}

/// A window that has not been ended.
pub async fn find(tx: &mut Tx, garage: &GarageId, id: &WindowId) -> Result<Option<StoredWindow>, StoreError> {
    let row: Option<WindowRow> = fetch_optional!(
        tx,
        select!("where garage_id = $1 and id = $2 and ended_at is null"),
        garage.as_str(),
        id.as_str(),
    )?;
    let Some(row) = row else { return Ok(None) };
    let stagger: Vec<WindowStaggerRow> = fetch_all!(
        tx,
        "select window_id, class_id, offset_minutes from window_stagger where window_id = $1 order by class_id",
        id.as_str(),
    )?;
    Ok(Some(stored(row, &mut grouped(stagger)?)?.1))
}

/// Whether a window of this id existed and has been ended.
pub async fn was_ended(tx: &mut Tx, garage: &GarageId, id: &WindowId) -> Result<bool, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select id from shared_window where garage_id = $1 and id = $2 and ended_at is not null",
        garage.as_str(),
        id.as_str(),
    )?;
    Ok(row.is_some())
}

/// Inserts or replaces a window; a window that was ended becomes active again.
pub async fn put(
    tx: &mut Tx,
    garage: &GarageId,
    window: &SharedWindow,
    at: Timestamp,
) -> Result<(), StoreError> {
    row::put(tx, garage, window, at).await?;
    execute!(tx, "delete from window_stagger where window_id = $1", window.id.as_str())?;
    if window.stagger.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "insert into window_stagger (window_id, class_id, offset_minutes) ",
        &window.stagger,
        |row, group| {
            row.push_bind(window.id.as_str())
                .push_bind(group.class.as_str())
                .push_bind(i64::from(group.offset.0));
        },
        ""
    )?;
    Ok(())
}

pub async fn end(tx: &mut Tx, garage: &GarageId, id: &WindowId, at: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "update shared_window set ended_at = $3 where garage_id = $1 and id = $2 and ended_at is null",
        garage.as_str(),
        id.as_str(),
        at.micros(),
    )?;
    Ok(())
}

type WindowStaggerRow = (String, String, i64);
type StaggersByWindow = BTreeMap<String, Vec<ClassStagger>>;

fn grouped(rows: Vec<WindowStaggerRow>) -> Result<StaggersByWindow, StoreError> {
    let mut groups = StaggersByWindow::new();
    for (window, class, offset) in rows {
        let offset = u32::try_from(offset)
            .map_err(|_| StoreError::Corrupt { column: "window_stagger.offset_minutes" })?;
        let class = codec::parse("window_stagger.class_id", &class)?;
        groups.entry(window).or_default().push(ClassStagger { class, offset: Minutes(offset) });
    }
    Ok(groups)
}

fn stored(row: WindowRow, groups: &mut StaggersByWindow) -> Result<(GarageId, StoredWindow), StoreError> {
    let garage = codec::parse("shared_window.garage_id", &row.garage_id)?;
    let stagger = groups.remove(&row.id).unwrap_or_default();
    let (created_at, modified_at) =
        (Timestamp::from_micros(row.created_at), Timestamp::from_micros(row.modified_at));
    Ok((garage, StoredWindow { window: row.window(stagger)?, created_at, modified_at }))
}
