//! Messages that the gateway or the server refused; kept for operators.

use std::collections::HashMap;

use domain::ids::{DeviceId, GarageId};
use domain::time::Timestamp;
use protocol::mqtt::RejectCode;

use super::{StoreError, Tx, codec};

/// Rows in one statement.
const ROWS: usize = 100;

#[derive(Debug, Clone)]
pub struct NewDeadLetter<'a> {
    pub garage: &'a GarageId,
    pub epoch: &'a str,
    pub seq: i64,
    pub device: &'a DeviceId,
    pub code: RejectCode,
    pub detail: String,
    /// May hold a plate.
    pub excerpt_enc: Vec<u8>,
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
}

/// Writes the letters that are not stored yet.
pub async fn insert(tx: &mut Tx, letters: &[NewDeadLetter<'_>]) -> Result<(), StoreError> {
    for chunk in letters.chunks(ROWS) {
        execute_rows!(
            tx,
            "insert into dead_letter (garage_id, epoch, seq, device, code, detail, excerpt_enc, received_at, \
             stored_at) ",
            chunk,
            |row, letter| {
                row.push_bind(letter.garage.as_str())
                    .push_bind(letter.epoch)
                    .push_bind(letter.seq)
                    .push_bind(letter.device.as_str())
                    .push_bind(codec::encode(letter.code))
                    .push_bind(letter.detail.as_str())
                    .push_bind(letter.excerpt_enc.as_slice())
                    .push_bind(letter.received_at.micros())
                    .push_bind(letter.stored_at.micros());
            },
            " on conflict (garage_id, epoch, seq) do nothing"
        )?;
    }
    Ok(())
}

/// A stored dead letter; the excerpt is still sealed.
#[derive(Debug, Clone)]
pub struct StoredDeadLetter {
    pub no: i64,
    pub device: DeviceId,
    pub code: RejectCode,
    pub detail: String,
    pub excerpt_enc: Vec<u8>,
    pub received_at: Timestamp,
}

/// Dead letters before number `before`, newest first.
pub async fn page(
    tx: &mut Tx,
    garage: &GarageId,
    before: i64,
    limit: i64,
) -> Result<Vec<StoredDeadLetter>, StoreError> {
    let rows: Vec<(i64, String, String, String, Vec<u8>, i64)> = fetch_all!(
        tx,
        "select no, device, code, detail, excerpt_enc, received_at from dead_letter \
         where garage_id = $1 and no < $2 order by no desc limit $3",
        garage.as_str(),
        before,
        limit,
    )?;
    let stored =
        |(no, device, code, detail, excerpt_enc, at): (i64, String, String, String, Vec<u8>, i64)| {
            Ok(StoredDeadLetter {
                no,
                device: codec::parse("dead_letter.device", &device)?,
                code: codec::parse("dead_letter.code", &code)?,
                detail,
                excerpt_enc,
                received_at: Timestamp::from_micros(at),
            })
        };
    rows.into_iter().map(stored).collect()
}

/// Number of dead letters of each garage since `from`; garages without any are absent.
pub async fn counts_since(tx: &mut Tx, from: Timestamp) -> Result<HashMap<GarageId, i64>, StoreError> {
    let rows: Vec<(String, i64)> = fetch_all!(
        tx,
        "select garage_id, count(*) from dead_letter where stored_at >= $1 group by garage_id",
        from.micros(),
    )?;
    rows.into_iter().map(|(garage, n)| Ok((codec::parse("dead_letter.garage_id", &garage)?, n))).collect()
}
