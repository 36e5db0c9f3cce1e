//! Writes people's notices about their reservations. `notice_view` reads them.

use domain::allocation::NoticeKind as Told;
use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::reservation::NoticeKind;
use uuid::Uuid;

use super::{StoreError, Tx, word};

/// Rows in one statement.
const ROWS: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    pub id: Uuid,
    pub person: Uuid,
    pub at: Timestamp,
    pub kind: NoticeKind,
    pub garage: GarageId,
    pub reservation: Uuid,
    /// An operator's reason, if there is one.
    pub detail: String,
}

/// Wire kind of a book's notice.
pub const fn kind(told: Told) -> NoticeKind {
    match told {
        Told::Offer => NoticeKind::Offer,
        Told::OfferExpired => NoticeKind::OfferExpired,
        Told::EndingSoon => NoticeKind::EndingSoon,
        Told::Overstayed => NoticeKind::Overstayed,
        Told::NoShow => NoticeKind::NoShow,
        Told::Suspended => NoticeKind::Suspended,
        Told::NeverFree => NoticeKind::NeverFree,
    }
}

pub async fn insert(tx: &mut Tx, notices: &[New]) -> Result<(), StoreError> {
    for chunk in notices.chunks(ROWS) {
        execute_rows!(
            tx,
            "insert into notice (id, person_id, at, kind, garage_id, reservation_id, detail) ",
            chunk,
            |row, notice| {
                row.push_bind(notice.id.to_string())
                    .push_bind(notice.person.to_string())
                    .push_bind(notice.at.micros())
                    .push_bind(word::word(notice.kind))
                    .push_bind(notice.garage.as_str())
                    .push_bind(notice.reservation.to_string())
                    .push_bind(notice.detail.as_str());
            },
            ""
        )?;
    }
    Ok(())
}
