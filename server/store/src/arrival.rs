//! Arrivals. A caller that changes them holds [`super::feed::take_cursors`]'s lock and writes the cursor that it
//! returned.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::ids::{ArrivalId, ClassId, GarageId, PersonId, PupilId, SchoolId};
use domain::pickup::{PickupAct, PickupState};
use domain::time::Timestamp;
use protocol::people::{ArrivalNote, FeedCursor, ReadingDoubt};

use super::school::CarInside;
use super::seal::SealedValue;
use super::{StoreError, Tx, codec};

/// An arrival that is not stored yet.
#[derive(Debug, Clone)]
pub struct NewArrival<'a> {
    pub id: ArrivalId,
    pub school: &'a SchoolId,
    pub class: &'a ClassId,
    pub pupil: PupilId,
    pub garage: &'a GarageId,
    /// Local calendar day.
    pub day: NaiveDate,
    pub pickup: PickupState,
    pub arrived_at: Timestamp,
    pub changed_at: Timestamp,
    pub cursor: FeedCursor,
    /// Absent for a claim by hand.
    pub car: Option<&'a SealedValue>,
    /// Relation of the guardians of the car to the child.
    pub guardian: Option<&'a str>,
    pub note: Option<ArrivalNote>,
    /// `gate_event.no`.
    pub entry_event: Option<i64>,
    /// When the car passed the gate; absent while it is at the gate.
    pub entered_at: Option<Timestamp>,
    pub doubt: Option<ReadingDoubt>,
}

/// The last act of a teacher, and the cursor that the teacher's screen showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastArrivalAct {
    pub act: PickupAct,
    pub seen: FeedCursor,
}

/// A stored arrival with the names that screens show; plates and names are still sealed.
#[derive(Debug, Clone)]
pub struct SealedArrival {
    pub id: ArrivalId,
    pub school: SchoolId,
    pub class: ClassId,
    pub class_name: String,
    pub pupil: PupilId,
    pub pupil_name_enc: Vec<u8>,
    pub garage: GarageId,
    pub day: NaiveDate,
    pub order: i64,
    pub pickup: PickupState,
    pub arrived_at: Timestamp,
    pub changed_at: Timestamp,
    pub cursor: FeedCursor,
    pub plate_hash: Option<Vec<u8>>,
    pub plate_enc: Option<Vec<u8>>,
    pub guardian: Option<String>,
    pub note: Option<ArrivalNote>,
    pub car_left_at: Option<Timestamp>,
    /// When the car passed the gate.
    pub entered_at: Option<Timestamp>,
    pub doubt: Option<ReadingDoubt>,
    /// The plate of the other reading of the same car.
    pub other_plate_hash: Option<Vec<u8>>,
    /// A guardian reported the arrival by hand before any car was read.
    pub by_hand: bool,
    /// The cursor before the last change, if that change was only the car passing the gate.
    pub at_gate_cursor: Option<FeedCursor>,
    pub last_act: Option<LastArrivalAct>,
    /// Name of the teacher who did the last act.
    pub teacher_name_enc: Option<Vec<u8>>,
}

impl SealedArrival {
    /// Whether a screen at this cursor shows everything that an act depends on. A car that passes the gate does not
    /// make the screen stale.
    pub fn is_shown_by(&self, seen: FeedCursor) -> bool {
        self.cursor == seen || self.at_gate_cursor == Some(seen)
    }

    /// The car was read and has not passed the gate.
    pub const fn is_at_gate(&self) -> bool {
        self.plate_hash.is_some() && self.entered_at.is_none() && self.car_left_at.is_none()
    }
}

#[derive(sqlx::FromRow)]
struct ArrivalRow {
    id: String,
    school_id: String,
    class_id: String,
    class_name: String,
    pupil_id: String,
    pupil_name_enc: Vec<u8>,
    garage_id: String,
    day: String,
    order_no: i64,
    phase: String,
    phase_since: i64,
    claimed: i64,
    arrived_at: i64,
    changed_at: i64,
    cursor: i64,
    plate_hash: Option<Vec<u8>>,
    plate_enc: Option<Vec<u8>>,
    guardian_relation: Option<String>,
    note: Option<String>,
    car_left_at: Option<i64>,
    entered_at: Option<i64>,
    reading_doubt: Option<String>,
    other_plate_hash: Option<Vec<u8>>,
    by_hand: i64,
    at_gate_cursor: Option<i64>,
    entered_cursor: Option<i64>,
    last_act: Option<String>,
    last_act_seen: Option<i64>,
    teacher_name_enc: Option<Vec<u8>>,
}

impl TryFrom<ArrivalRow> for SealedArrival {
    type Error = StoreError;

    fn try_from(row: ArrivalRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: codec::id("arrival.id", &row.id)?,
            school: codec::parse("arrival.school_id", &row.school_id)?,
            class: codec::parse("arrival.class_id", &row.class_id)?,
            class_name: row.class_name,
            pupil: codec::id("arrival.pupil_id", &row.pupil_id)?,
            pupil_name_enc: row.pupil_name_enc,
            garage: codec::parse("arrival.garage_id", &row.garage_id)?,
            day: codec::day("arrival.day", &row.day)?,
            order: row.order_no,
            pickup: PickupState {
                phase: codec::parse("arrival.phase", &row.phase)?,
                since: Timestamp::from_micros(row.phase_since),
                claimed: row.claimed != 0,
            },
            arrived_at: Timestamp::from_micros(row.arrived_at),
            changed_at: Timestamp::from_micros(row.changed_at),
            cursor: row.cursor,
            plate_hash: row.plate_hash,
            plate_enc: row.plate_enc,
            guardian: row.guardian_relation,
            note: row.note.map(|note| codec::parse("arrival.note", &note)).transpose()?,
            car_left_at: row.car_left_at.map(Timestamp::from_micros),
            entered_at: row.entered_at.map(Timestamp::from_micros),
            doubt: row
                .reading_doubt
                .map(|doubt| codec::parse("arrival.reading_doubt", &doubt))
                .transpose()?,
            other_plate_hash: row.other_plate_hash,
            by_hand: row.by_hand != 0,
            at_gate_cursor: row.at_gate_cursor.filter(|_| row.entered_cursor == Some(row.cursor)),
            last_act: last_act(row.last_act.as_deref(), row.last_act_seen)?,
            teacher_name_enc: row.teacher_name_enc,
        })
    }
}

fn last_act(act: Option<&str>, seen: Option<FeedCursor>) -> Result<Option<LastArrivalAct>, StoreError> {
    let (Some(act), Some(seen)) = (act, seen) else { return Ok(None) };
    Ok(Some(LastArrivalAct { act: codec::parse("arrival.last_act", act)?, seen }))
}

/// The select list and joins of every read.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select a.id, a.school_id, a.class_id, c.name as class_name, a.pupil_id, \
             p.name_enc as pupil_name_enc, a.garage_id, a.day, a.order_no, a.phase, a.phase_since, a.claimed, \
             a.arrived_at, a.changed_at, a.cursor, a.plate_hash, a.plate_enc, a.guardian_relation, a.note, \
             a.car_left_at, a.entered_at, a.reading_doubt, a.other_plate_hash, a.by_hand, \
             a.at_gate_cursor, a.entered_cursor, a.last_act, a.last_act_seen, t.name_enc as teacher_name_enc \
             from arrival a join class c on c.id = a.class_id join pupil p on p.id = a.pupil_id \
             left join person t on t.id = a.acted_by ",
            $rest
        )
    };
}

fn stored(rows: Vec<ArrivalRow>) -> Result<Vec<SealedArrival>, StoreError> {
    rows.into_iter().map(SealedArrival::try_from).collect()
}

/// Writes a new arrival and returns its order: 1 is the class's first of the day.
pub async fn insert(tx: &mut Tx, new: &NewArrival<'_>) -> Result<i64, StoreError> {
    let day = new.day.to_string();
    let (order,): (i64,) = fetch_one!(
        tx,
        "insert into arrival (id, school_id, class_id, pupil_id, garage_id, day, order_no, phase, phase_since, \
         claimed, arrived_at, changed_at, cursor, plate_hash, plate_enc, guardian_relation, note, entry_event, \
         entered_at, reading_doubt, by_hand) \
         values ($1, $2, $3, $4, $5, $6, \
         (select coalesce(max(order_no), 0) + 1 from arrival where class_id = $3 and day = $6), \
         $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) returning order_no",
        new.id.to_string(),
        new.school.as_str(),
        new.class.as_str(),
        new.pupil.to_string(),
        new.garage.as_str(),
        day.as_str(),
        codec::encode(new.pickup.phase),
        new.pickup.since.micros(),
        i64::from(new.pickup.claimed),
        new.arrived_at.micros(),
        new.changed_at.micros(),
        new.cursor,
        new.car.map(|car| car.hash.as_slice()),
        new.car.map(|car| car.enc.as_slice()),
        new.guardian,
        new.note.map(codec::encode),
        new.entry_event,
        new.entered_at.map(Timestamp::micros),
        new.doubt.map(codec::encode),
        i64::from(new.car.is_none()),
    )?;
    Ok(order)
}

/// Records a teacher's act and the resulting phase; `false` if there is no such arrival.
pub async fn act(
    tx: &mut Tx,
    id: ArrivalId,
    last: LastArrivalAct,
    pickup: PickupState,
    acted_by: PersonId,
    cursor: FeedCursor,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update arrival set phase = $2, phase_since = $3, claimed = $4, changed_at = $3, acted_by = $5, \
         cursor = $6, last_act = $7, last_act_seen = $8 where id = $1",
        id.to_string(),
        codec::encode(pickup.phase),
        pickup.since.micros(),
        i64::from(pickup.claimed),
        acted_by.to_string(),
        cursor,
        codec::encode(last.act),
        last.seen,
    )?;
    Ok(changed == 1)
}

/// Changes the phase without recording an act: no teacher acted, or a repetition of the act must not be recognised.
pub async fn set_pickup(
    tx: &mut Tx,
    id: ArrivalId,
    pickup: PickupState,
    acted_by: Option<PersonId>,
    cursor: FeedCursor,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update arrival set phase = $2, phase_since = $3, claimed = $4, changed_at = $3, acted_by = $5, \
         cursor = $6 where id = $1",
        id.to_string(),
        codec::encode(pickup.phase),
        pickup.since.micros(),
        i64::from(pickup.claimed),
        acted_by.map(|person| person.to_string()),
        cursor,
    )?;
    Ok(changed == 1)
}

pub async fn find(tx: &mut Tx, id: ArrivalId) -> Result<Option<SealedArrival>, StoreError> {
    let row: Option<ArrivalRow> = fetch_optional!(tx, select!("where a.id = $1"), id.to_string())?;
    row.map(SealedArrival::try_from).transpose()
}

/// A pupil's arrivals of one day, oldest first.
pub async fn of_pupil(tx: &mut Tx, pupil: PupilId, day: NaiveDate) -> Result<Vec<SealedArrival>, StoreError> {
    stored(fetch_all!(
        tx,
        select!("where a.pupil_id = $1 and a.day = $2 order by a.arrived_at, a.order_no"),
        pupil.to_string(),
        day.to_string(),
    )?)
}

/// The arrivals of many pupils on one day, by pupil. Pupils without arrivals are absent.
pub async fn of_pupils(
    tx: &mut Tx,
    pupils: &[PupilId],
    day: NaiveDate,
) -> Result<HashMap<PupilId, Vec<SealedArrival>>, StoreError> {
    let rows: Vec<ArrivalRow> = fetch_rows!(
        tx,
        select!("join ("),
        pupils,
        |row, pupil| {
            row.push_bind(pupil.to_string()).push_bind(day.to_string());
        },
        ") as v on a.pupil_id = v.column1 and a.day = v.column2 order by a.arrived_at, a.order_no"
    )?;
    let mut by_pupil: HashMap<PupilId, Vec<SealedArrival>> = HashMap::new();
    for arrival in stored(rows)? {
        by_pupil.entry(arrival.pupil).or_default().push(arrival);
    }
    Ok(by_pupil)
}

/// Arrivals of these cars, by either reading, whose cars are not known to have left the garage.
pub async fn with_cars_inside(tx: &mut Tx, cars: &[CarInside<'_>]) -> Result<Vec<SealedArrival>, StoreError> {
    stored(fetch_rows!(
        tx,
        select!("join ("),
        cars,
        |row, car| {
            row.push_bind(car.0.as_str()).push_bind(car.1);
        },
        ") as v on a.garage_id = v.column1 and (a.plate_hash = v.column2 or a.other_plate_hash = v.column2) \
         where a.car_left_at is null order by a.cursor"
    )?)
}

/// A class's day in order of arrival. The number of rows is at most the number of cars.
pub async fn board(tx: &mut Tx, class: &ClassId, day: NaiveDate) -> Result<Vec<SealedArrival>, StoreError> {
    stored(fetch_all!(
        tx,
        select!("where a.class_id = $1 and a.day = $2 order by a.order_no"),
        class.as_str(),
        day.to_string(),
    )?)
}

/// Changes in a class's day after `after`, in the order of their cursors.
pub async fn changed_in_class(
    tx: &mut Tx,
    class: &ClassId,
    day: NaiveDate,
    after: FeedCursor,
    limit: i64,
) -> Result<Vec<SealedArrival>, StoreError> {
    stored(fetch_all!(
        tx,
        select!("where a.class_id = $1 and a.cursor > $2 and a.day = $3 order by a.cursor limit $4"),
        class.as_str(),
        after,
        day.to_string(),
        limit,
    )?)
}

/// A school's open arrivals of the day, and those handed over since `recently`.
pub async fn hall(
    tx: &mut Tx,
    school: &SchoolId,
    day: NaiveDate,
    recently: Timestamp,
) -> Result<Vec<SealedArrival>, StoreError> {
    stored(fetch_all!(
        tx,
        select!(
            "where a.school_id = $1 and a.day = $2 and (a.phase in ('claimed', 'waiting', 'released') \
             or (a.phase = 'handed_over' and a.phase_since >= $3)) order by a.arrived_at, a.cursor"
        ),
        school.as_str(),
        day.to_string(),
        recently.micros(),
    )?)
}

/// Changes in a school's day after `after`, in the order of their cursors.
pub async fn changed_in_school(
    tx: &mut Tx,
    school: &SchoolId,
    day: NaiveDate,
    after: FeedCursor,
    limit: i64,
) -> Result<Vec<SealedArrival>, StoreError> {
    stored(fetch_all!(
        tx,
        select!("where a.school_id = $1 and a.cursor > $2 and a.day = $3 order by a.cursor limit $4"),
        school.as_str(),
        after,
        day.to_string(),
        limit,
    )?)
}
