//! Cars that have left unseen. The count at the gate is what operators correct: where it says fewer cars than there are visits,
//! some exit was not seen, or not as whose.

use domain::time::Timestamp;

use crate::store::{StoreError, Tx};

/// Ends as many visits of each garage as there are cars too many, those first that should have left first; only of cars that
/// should have left before `before`. Gives how many. A count that is not known, or cannot be, says nothing.
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
