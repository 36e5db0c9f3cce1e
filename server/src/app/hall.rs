//! The waiting hall's screen: a whole school. Names are masked here, not on the screen.

use std::time::Duration;

use domain::name::masked;
use protocol::people::{FeedCursor, HallArrival, HallArrivals, PAGE};

use super::arrival_board::cut;
use super::session::PersonCaller;
use crate::context::ServerContext;
use store::arrival::SealedArrival;
use store::seal::{SealError, SealPurpose, SealingKeyring};
use store::{StoreError, arrival, feed, school};

/// How long an arrival stays on the screen after the hand-over, so that the family sees it was recorded.
pub const HANDED_OVER_STAYS: Duration = Duration::from_secs(10 * 60);

#[derive(Debug, thiserror::Error)]
pub enum HallError {
    #[error("this account shows no hall")]
    NotAHall,
    #[error("arrivals could not be read")]
    Store(#[from] StoreError),
}

impl From<SealError> for HallError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

/// The hall's screen now, or the arrivals changed after `after` in their current phase. The screen removes those that
/// were handed over or rejected.
pub async fn read(
    context: &ServerContext,
    caller: &PersonCaller,
    after: Option<FeedCursor>,
) -> Result<HallArrivals, HallError> {
    let now = context.now();
    let mut tx = context.store.begin_read().await?;
    let school = school::hall_of(&mut tx, caller.person).await?.ok_or(HallError::NotAHall)?;
    let head = feed::head(&mut tx).await?;
    let today = now.local_date();
    let mut rows = match after {
        None => arrival::hall(&mut tx, &school.id, today, now - HANDED_OVER_STAYS).await?,
        Some(after) => arrival::changed_in_school(&mut tx, &school.id, today, after, PAGE + 1).await?,
    };
    let (cursor, more) = match after {
        None => (head, false),
        Some(_) => cut(&mut rows, head),
    };
    let arrivals = rows.iter().map(|row| present(&context.keys, row)).collect::<Result<_, _>>()?;
    Ok(HallArrivals { school, cursor, more, arrivals })
}

fn present(keys: &SealingKeyring, row: &SealedArrival) -> Result<HallArrival, SealError> {
    Ok(HallArrival {
        id: row.id,
        cursor: row.cursor,
        pupil: masked(&keys.open(SealPurpose::PupilName, &row.pupil_name_enc)?),
        class_name: row.class_name.clone(),
        phase: row.pickup.phase,
        order: row.order,
        changed_at: row.changed_at,
        at_gate: row.is_at_gate(),
        doubt: row.doubt,
    })
}
