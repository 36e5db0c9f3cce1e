//! Strikes, and the blocks that follow by the garage's rule: a blocked plate may not use public spaces for some days.

use std::collections::HashMap;
use std::time::Duration;

use domain::allocation::BookStrike;
use domain::allocation::DriverNoticeKind;
use domain::ids::{GarageId, ReservationId};
use uuid::Uuid;

use crate::context::ServerContext;
use store::notice::{self, NewNotice};
use store::reservation::StoredReservation;
use store::seal::SealedValue;
use store::sharing_rules::{self, SharingRules};
use store::strike::{self, StrikeBlock};
use store::{StoreError, Tx};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Stores a garage's strikes and the blocks that follow. Returns the number of blocked plates. `ended` are the stays
/// that caused the strikes.
pub(super) async fn store(
    context: &ServerContext,
    tx: &mut Tx,
    garage: &GarageId,
    strikes: &[BookStrike],
    ended: &HashMap<ReservationId, &StoredReservation>,
) -> Result<usize, StoreError> {
    if strikes.is_empty() {
        return Ok(0);
    }
    strike::insert(tx, &rows(garage, strikes)).await?;
    let rules = sharing_rules::find(tx, garage).await?.unwrap_or_default();
    let blocked = sharing_rules::blocked_plates(tx, garage, context.now()).await?;
    let mut new: Vec<StrikeBlock> = Vec::new();
    for struck in strikes.iter().filter(|struck| !blocked.contains(&struck.plate.0)) {
        let again = new.iter().any(|block| block.plate.hash == struck.plate.0);
        let Some(stay) = ended.get(&struck.entry).filter(|_| !again) else { continue };
        if let Some(block) = due(tx, garage, struck, stay, rules).await? {
            strike::block(tx, &block).await?;
            notice::insert(tx, notice(&block, stay).as_slice()).await?;
            new.push(block);
        }
    }
    Ok(new.len())
}

fn rows(garage: &GarageId, strikes: &[BookStrike]) -> Vec<strike::NewStrike> {
    let row = |struck: &BookStrike| strike::NewStrike {
        id: Uuid::now_v7(),
        garage: garage.clone(),
        plate: struck.plate.clone(),
        reservation: struck.entry,
        kind: struck.kind,
        at: struck.at,
    };
    strikes.iter().map(row).collect()
}

/// The block that is due for the plate's strikes, if any.
async fn due(
    tx: &mut Tx,
    garage: &GarageId,
    struck: &BookStrike,
    stay: &StoredReservation,
    rules: SharingRules,
) -> Result<Option<StrikeBlock>, StoreError> {
    let since = struck.at - DAY * rules.strike_days;
    let count = strike::count(tx, garage, &struck.plate, since).await?;
    let Some(enc) = stay.details.plate_enc.clone().filter(|_| rules.strikes > 0 && count >= rules.strikes)
    else {
        return Ok(None);
    };
    Ok(Some(StrikeBlock {
        garage: garage.clone(),
        plate: SealedValue { hash: struck.plate.0.clone(), enc },
        reason: format!("{count} strikes within {} days", rules.strike_days),
        from: struck.at,
        until: struck.at + DAY * rules.block_days,
    }))
}

fn notice(block: &StrikeBlock, stay: &StoredReservation) -> Option<NewNotice> {
    Some(NewNotice {
        id: Uuid::now_v7(),
        person: stay.entry.person?,
        at: block.from,
        kind: DriverNoticeKind::Blocked,
        garage: block.garage.clone(),
        reservation: stay.entry.id,
        detail: block.until.local_date().to_string(),
    })
}
