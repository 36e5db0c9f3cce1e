//! Visits that began with a misread plate. Such a visit ends as `reread`, and a visit of the plate that stands begins
//! at the same time. The garage's book processes one car that leaves and one that enters, so that the misread plate's
//! reservation is not consumed.

use domain::ids::{DeviceId, EventId, GarageId};
use domain::time::Timestamp;

use super::VisitEntry;
use crate::seal::SealedValue;
use crate::{StoreError, Tx};

/// A plate event whose reading does not stand.
#[derive(Debug, Clone, Copy)]
pub struct MisreadEvent<'a> {
    pub garage: &'a GarageId,
    pub device: &'a DeviceId,
    pub event_id: &'a EventId,
    /// `gate_event.no`.
    pub no: i64,
}

/// Ends the open visit that began with this event or with a pass that names it; returns the time of its entry. The
/// count keeps the car.
pub async fn end(tx: &mut Tx, misread: MisreadEvent<'_>) -> Result<Option<Timestamp>, StoreError> {
    let rows: Vec<(i64,)> = fetch_all!(
        tx,
        "update visit set ended_by = 'exit_missed', ended_why = 'reread', uncounted = 0, book_due = 1 \
         where garage_id = $1 and ended_by is null and entered_at is not null and entry_event in \
         (select no from gate_event where no >= $4 and garage_id = $1 and device = $2 and (event_id = $3 or of_event_id = $3)) \
         returning entered_at",
        misread.garage.as_str(),
        misread.device.as_str(),
        misread.event_id.as_str(),
        misread.no,
    )?;
    Ok(rows.into_iter().map(|(at,)| Timestamp::from_micros(at)).min())
}

/// Whether a car with this plate entered before or at `at` and has not left.
pub async fn is_inside(
    tx: &mut Tx,
    garage: &GarageId,
    plate: &SealedValue,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let rows: Vec<(i64,)> = fetch_all!(
        tx,
        "select entered_at from visit where garage_id = $1 and plate_hash = $2 and ended_by is null and entered_at <= $3 limit 1",
        garage.as_str(),
        plate.hash.as_slice(),
        at.micros(),
    )?;
    Ok(!rows.is_empty())
}

/// Whether this exit event ended a visit of this plate with a known entry.
pub async fn has_left(
    tx: &mut Tx,
    garage: &GarageId,
    plate: &SealedValue,
    exit_event: i64,
) -> Result<bool, StoreError> {
    let rows: Vec<(i64,)> = fetch_all!(
        tx,
        "select entered_at from visit where garage_id = $1 and plate_hash = $2 and exit_event = $3 and entered_at is not null limit 1",
        garage.as_str(),
        plate.hash.as_slice(),
        exit_event,
    )?;
    Ok(!rows.is_empty())
}

/// Begins the visit of the plate that stands. Returns by how many each garage's count was too high, as
/// [`super::enter`] does.
pub async fn begin(tx: &mut Tx, entry: VisitEntry<'_>) -> Result<Vec<(GarageId, i64)>, StoreError> {
    super::enter(tx, std::slice::from_ref(&entry)).await
}
