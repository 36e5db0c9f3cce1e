//! What people and operators read, a page at a time, newest start first.

use domain::ids::GarageId;
use domain::time::Timestamp;
use uuid::Uuid;

use super::Stored;
use super::row::{Row, select};
use crate::store::{StoreError, Tx};

/// A stay is found by its start: one that began longer before the asked time is not looked for.
const LONGEST: i64 = 31 * 24 * 3600 * 1_000_000;

/// Where the page before ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    pub starts_at: Timestamp,
    pub id: Uuid,
}

impl Before {
    /// In front of all.
    fn columns(before: Option<Self>) -> (i64, String) {
        before.map_or((i64::MAX, String::new()), |b| (b.starts_at.micros(), b.id.to_string()))
    }
}

/// A person's own, of all garages.
pub async fn of_person(
    tx: &mut Tx,
    person: Uuid,
    before: Option<Before>,
    limit: u32,
) -> Result<Vec<Stored>, StoreError> {
    let (starts_at, id) = Before::columns(before);
    let rows: Vec<Row> = fetch_all!(
        tx,
        select!(
            "where r.person_id = $1 and r.starts_at <= $2 and (r.starts_at < $2 or r.id < $3) \
             order by r.starts_at desc, r.id desc limit $4"
        ),
        person.to_string(),
        starts_at,
        id,
        i64::from(limit),
    )?;
    rows.into_iter().map(Row::stored).collect()
}

/// A garage's that have something of `from` to `until`, by what was agreed or by what they take.
pub async fn of_garage(
    tx: &mut Tx,
    garage: &GarageId,
    (from, until): (Timestamp, Timestamp),
    before: Option<Before>,
    limit: u32,
) -> Result<Vec<Stored>, StoreError> {
    let (starts_at, id) = Before::columns(before);
    let rows: Vec<Row> = fetch_all!(
        tx,
        select!(
            "where r.garage_id = $1 and r.starts_at >= $2 and r.starts_at < $3 \
             and (r.ends_at > $4 or r.taken_until > $4) \
             and r.starts_at <= $5 and (r.starts_at < $5 or r.id < $6) \
             order by r.starts_at desc, r.id desc limit $7"
        ),
        garage.as_str(),
        from.micros().saturating_sub(LONGEST),
        until.micros(),
        from.micros(),
        starts_at,
        id,
        i64::from(limit),
    )?;
    rows.into_iter().map(Row::stored).collect()
}
