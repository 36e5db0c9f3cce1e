//! Arrivals that a car makes: whose guardian's car it is, and what a reading changes in an arrival that is there.

use domain::ids::{ClassId, GarageId, SchoolId};
use domain::pickup::Pickup;
use domain::time::Timestamp;
use protocol::people::Cursor;
use uuid::Uuid;

use super::seal::Sealed;
use super::{StoreError, Tx, word};

/// An owner of a plate is a guardian of this pupil, whose school lets its parents in at this garage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub plate_hash: Vec<u8>,
    pub garage: GarageId,
    pub school: SchoolId,
    pub class: ClassId,
    pub pupil: Uuid,
    pub relation: String,
    /// A custody block: this plate is no arrival for this pupil, whoever else owns the car.
    pub blocked: bool,
}

type LinkRow = (Vec<u8>, String, String, String, String, String, i64);

/// All links of these plates, in the order of classes and pupils.
pub async fn links(tx: &mut Tx, plate_hashes: &[&[u8]]) -> Result<Vec<Link>, StoreError> {
    if plate_hashes.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<LinkRow> = fetch_rows!(
        tx,
        "select v.plate_hash, s.garage_id, s.id, c.id, p.id, gd.relation, gd.blocked \
         from vehicle v join guardian gd on gd.person_id = v.person_id \
         join pupil p on p.id = gd.pupil_id join class c on c.id = p.class_id \
         join school s on s.id = c.school_id where v.plate_hash in (",
        plate_hashes,
        |row, hash| {
            row.push_bind(*hash);
        },
        ") order by c.id, p.id, gd.person_id"
    )?;
    rows.into_iter().map(link).collect()
}

fn link((plate_hash, garage, school, class, pupil, relation, blocked): LinkRow) -> Result<Link, StoreError> {
    Ok(Link {
        plate_hash,
        garage: word::parse("school.garage_id", &garage)?,
        school: word::parse("school.id", &school)?,
        class: word::parse("class.id", &class)?,
        pupil: word::uuid("pupil.id", &pupil)?,
        relation,
        blocked: blocked != 0,
    })
}

/// Whether any of these plates has an arrival whose car has not left.
pub async fn any_car_inside(tx: &mut Tx, plate_hashes: &[&[u8]]) -> Result<bool, StoreError> {
    if plate_hashes.is_empty() {
        return Ok(false);
    }
    let rows: Vec<(String,)> = fetch_rows!(
        tx,
        "select id from arrival where car_left_at is null and plate_hash in (",
        plate_hashes,
        |row, hash| {
            row.push_bind(*hash);
        },
        ") limit 1"
    )?;
    Ok(!rows.is_empty())
}

/// What a reading adds to an arrival that had no car yet.
#[derive(Debug, Clone)]
pub struct Car<'a> {
    pub plate: &'a Sealed,
    pub relation: &'a str,
    /// `gate_event.no`.
    pub entry_event: i64,
}

/// The car of an arrival by hand has been read.
pub async fn attach_car(
    tx: &mut Tx,
    id: Uuid,
    car: &Car<'_>,
    pickup: Pickup,
    at: Timestamp,
    cursor: Cursor,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update arrival set plate_hash = $2, plate_enc = $3, guardian_relation = $4, entry_event = $5, \
         phase = $6, phase_since = $7, claimed = $8, changed_at = $9, cursor = $10 where id = $1",
        id.to_string(),
        car.plate.hash.as_slice(),
        car.plate.enc.as_slice(),
        car.relation,
        car.entry_event,
        word::word(pickup.phase),
        pickup.since.micros(),
        i64::from(pickup.claimed),
        at.micros(),
        cursor,
    )?;
    Ok(changed == 1)
}

/// The car had left and is in again, while the child is still waiting for it.
pub async fn set_car_back(tx: &mut Tx, id: Uuid, at: Timestamp, cursor: Cursor) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update arrival set car_left_at = null, changed_at = $2, cursor = $3 where id = $1",
        id.to_string(),
        at.micros(),
        cursor,
    )?;
    Ok(changed == 1)
}
