//! Reads a person's notices. `notice` writes them.

use domain::allocation::DriverNoticeKind;
use domain::ids::{GarageId, PersonId, ReservationId};
use domain::time::Timestamp;
use uuid::Uuid;

use super::{StoreError, Tx, codec};

#[derive(Debug, Clone)]
pub struct NoticeView {
    pub id: Uuid,
    pub at: Timestamp,
    pub kind: DriverNoticeKind,
    pub garage: GarageId,
    pub reservation: ReservationId,
    pub detail: String,
    pub read: bool,
}

type NoticeRow = (String, i64, String, String, String, String, Option<i64>);

fn view((id, at, kind, garage, reservation, detail, read_at): NoticeRow) -> Result<NoticeView, StoreError> {
    Ok(NoticeView {
        id: codec::id("notice.id", &id)?,
        at: Timestamp::from_micros(at),
        kind: codec::parse("notice.kind", &kind)?,
        garage: codec::parse("notice.garage_id", &garage)?,
        reservation: codec::id("notice.reservation_id", &reservation)?,
        detail,
        read: read_at.is_some(),
    })
}

/// The person's notices, newest first.
pub async fn of_person(tx: &mut Tx, person: PersonId, limit: i64) -> Result<Vec<NoticeView>, StoreError> {
    let rows: Vec<NoticeRow> = fetch_all!(
        tx,
        "select id, at, kind, garage_id, reservation_id, detail, read_at from notice \
         where person_id = $1 order by at desc, id desc limit $2",
        person.to_string(),
        limit,
    )?;
    rows.into_iter().map(view).collect()
}

/// Marks a notice as read; `false` if this person has no such notice. Repetitions keep the first time.
pub async fn read(tx: &mut Tx, person: PersonId, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update notice set read_at = coalesce(read_at, $3) where id = $1 and person_id = $2",
        id.to_string(),
        person.to_string(),
        now.micros(),
    )?;
    Ok(changed == 1)
}
