//! Writes people's notices about their reservations. `notice_view` reads them.

use domain::allocation::DriverNoticeKind;
use domain::ids::{GarageId, PersonId, ReservationId};
use domain::time::Timestamp;
use uuid::Uuid;

use super::{StoreError, Tx, codec};

/// Rows in one statement.
const ROWS: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    pub id: Uuid,
    pub person: PersonId,
    pub at: Timestamp,
    pub kind: DriverNoticeKind,
    pub garage: GarageId,
    pub reservation: ReservationId,
    /// An operator's reason, if there is one.
    pub detail: String,
}

pub async fn insert(tx: &mut Tx, notices: &[NewNotice]) -> Result<(), StoreError> {
    for chunk in notices.chunks(ROWS) {
        execute_rows!(
            tx,
            "insert into notice (id, person_id, at, kind, garage_id, reservation_id, detail) ",
            chunk,
            |row, notice| {
                row.push_bind(notice.id.to_string())
                    .push_bind(notice.person.to_string())
                    .push_bind(notice.at.micros())
                    .push_bind(codec::encode(notice.kind))
                    .push_bind(notice.garage.as_str())
                    .push_bind(notice.reservation.to_string())
                    .push_bind(notice.detail.as_str());
            },
            ""
        )?;
    }
    Ok(())
}
