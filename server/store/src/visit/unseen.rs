//! Cars that have left unseen. Operators correct the count: where it is lower than the number of open visits, some
//! exit was not seen, or its plate was not recognised.

use domain::time::Timestamp;

use crate::{StoreError, Tx};

/// Ends as many visits of each garage as it has more visits than counted cars, in the order of their overstayed ends;
/// only visits of stays that ended before `before`. Returns the number of ended visits. A garage whose count is
/// unknown or negative is skipped.
pub async fn end(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    execute!(
        tx,
        "update visit set ended_by = 'exit_missed', ended_why = 'not_in_count', book_due = 1 where ended_by is null and id in (\
         select o.visit_id from (\
         select r.visit_id, r.garage_id, row_number() over (partition by r.garage_id order by r.ends_at, r.id) as place \
         from reservation r join visit v on v.id = r.visit_id and v.ended_by is null \
         where r.live = 1 and r.state = 'overstayed' and r.ends_at < $1) as o \
         join garage g on g.id = o.garage_id \
         where g.occupied >= 0 and o.place <= \
         (select count(*) from visit i where i.garage_id = o.garage_id and i.ended_by is null) - g.occupied)",
        before.micros(),
    )
}
