//! Indications that a count is wrong, for many garages in one statement. `inventory` reads the same for one garage of
//! an operator.

use std::collections::HashMap;

use domain::ids::GarageId;
use domain::time::Timestamp;

use super::inventory::CountDoubtSigns;
use super::{StoreError, Tx, codec};

/// The newest check of the count, and the indications found since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountDoubts {
    pub checked_at: Option<Timestamp>,
    pub signs: CountDoubtSigns,
}

#[derive(sqlx::FromRow)]
struct CountDoubtRow {
    garage_id: String,
    checked_at: Option<i64>,
    passages: i64,
    unread: i64,
    missed_exits: i64,
    not_understood: i64,
    dead_letters: i64,
    open_visits: i64,
}

const SELECT: &str = "select l.garage_id, l.checked_at, \
    (select count(*) from (select delta, stored_at from gate_event where garage_id = l.garage_id \
     order by no desc limit 500) as e where e.delta <> 0 and e.stored_at >= coalesce(l.checked_at, 0)) as passages, \
    (select count(*) from (select delta, stored_at, plate_hash, of_event_id from gate_event \
     where garage_id = l.garage_id order by no desc limit 500) as e where e.delta <> 0 \
     and e.stored_at >= coalesce(l.checked_at, 0) and e.plate_hash is null and e.of_event_id is null) as unread, \
    (select count(*) from visit v where v.garage_id = l.garage_id and v.ended_by = 'exit_missed' \
     and v.ended_why not in ('inventory', 'reread') and v.entered_at >= coalesce(l.checked_at, 0)) as missed_exits, \
    (select count(*) from (select kind, stored_at from gate_event where garage_id = l.garage_id \
     order by no desc limit 500) as n where n.kind = 'not_understood' \
     and n.stored_at >= coalesce(l.checked_at, 0)) as not_understood, \
    (select count(*) from (select stored_at from dead_letter where garage_id = l.garage_id order by no desc limit 500) \
     as d where d.stored_at >= coalesce(l.checked_at, 0)) as dead_letters, \
    (select count(*) from visit o where o.garage_id = l.garage_id and o.ended_by is null) as open_visits \
    from (select w.column1 as garage_id, (select max(looks.at) from (\
     select max(begun_at) as at from inventory where garage_id = w.column1 union all \
     select max(at) as at from adjustment where garage_id = w.column1) as looks) as checked_at from (";

/// Doubts by garage; unknown garages are absent.
pub async fn doubts(tx: &mut Tx, garages: &[GarageId]) -> Result<HashMap<GarageId, CountDoubts>, StoreError> {
    let mut all = HashMap::with_capacity(garages.len());
    for garages in garages.chunks(200) {
        let rows: Vec<CountDoubtRow> = fetch_rows!(
            tx,
            SELECT,
            garages,
            |row, garage| {
                row.push_bind(garage.as_str());
            },
            ") as w) as l"
        )?;
        for row in rows {
            let signs = CountDoubtSigns {
                passages: row.passages,
                unread: row.unread,
                missed_exits: row.missed_exits,
                not_understood: row.not_understood,
                dead_letters: row.dead_letters,
                open_visits: row.open_visits,
            };
            let checked_at = row.checked_at.map(Timestamp::from_micros);
            all.insert(codec::parse("garage.id", &row.garage_id)?, CountDoubts { checked_at, signs });
        }
    }
    Ok(all)
}
