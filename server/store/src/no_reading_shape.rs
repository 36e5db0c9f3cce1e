//! Message shapes that operators have marked as no reading. Removing a mark deletes its row; the audit log keeps both
//! acts.

use domain::ids::{DeviceId, GarageId};
use domain::time::Timestamp;
use protocol::alarm::NoReadingShape;
use protocol::operator::MarkedShapeEntry;

use super::{StoreError, Tx, codec};

#[derive(Debug, Clone)]
pub struct NewShapeMark<'a> {
    pub garage: &'a GarageId,
    pub device: &'a DeviceId,
    pub shape: &'a str,
    pub summary: &'a str,
    pub reason: &'a str,
    pub operator: &'a str,
    pub at: Timestamp,
}

/// Returns false if the shape is marked already; the first mark stays.
pub async fn insert(tx: &mut Tx, new: &NewShapeMark<'_>) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "insert into no_reading_shape (garage_id, device, shape, summary, reason, operator_id, marked_at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (garage_id, device, shape) do nothing",
        new.garage.as_str(),
        new.device.as_str(),
        new.shape,
        new.summary,
        new.reason,
        new.operator,
        new.at.micros(),
    )?;
    Ok(rows == 1)
}

/// Returns false if there is no such mark.
pub async fn delete(
    tx: &mut Tx,
    garage: &GarageId,
    device: &DeviceId,
    shape: &str,
) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "delete from no_reading_shape where garage_id = $1 and device = $2 and shape = $3",
        garage.as_str(),
        device.as_str(),
        shape,
    )?;
    Ok(rows == 1)
}

/// The garage's marks in the order of its access plan.
pub async fn of_plan(tx: &mut Tx, garage: &GarageId) -> Result<Vec<NoReadingShape>, StoreError> {
    let rows: Vec<(String, String)> = fetch_all!(
        tx,
        "select device, shape from no_reading_shape where garage_id = $1 order by device, shape",
        garage.as_str(),
    )?;
    let mark = |(device, shape): (String, String)| {
        Ok(NoReadingShape { device: codec::parse("no_reading_shape.device", &device)?, shape })
    };
    rows.into_iter().map(mark).collect()
}

/// The garage's marks, newest first.
pub async fn of_garage(tx: &mut Tx, garage: &GarageId) -> Result<Vec<MarkedShapeEntry>, StoreError> {
    let rows: Vec<(String, String, String, String, String, i64)> = fetch_all!(
        tx,
        "select m.device, m.shape, m.summary, m.reason, o.name, m.marked_at \
         from no_reading_shape m join operator o on o.id = m.operator_id \
         where m.garage_id = $1 order by m.marked_at desc, m.device, m.shape",
        garage.as_str(),
    )?;
    let mark =
        |(device, shape, summary, reason, operator, at): (String, String, String, String, String, i64)| {
            Ok(MarkedShapeEntry {
                device: codec::parse("no_reading_shape.device", &device)?,
                shape,
                summary,
                reason,
                operator,
                marked_at: Timestamp::from_micros(at),
            })
        };
    rows.into_iter().map(mark).collect()
}
