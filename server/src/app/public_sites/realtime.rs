//! A garage's realtime values.

use std::time::Duration;

use domain::access::Audience;
use domain::allocation::AllocationBook;
use domain::ids::GarageId;
use domain::occupancy::open_spaces;
use domain::time::Timestamp;
use protocol::public::OpeningStatus;

use crate::app::App;
use crate::app::allocation::{self, AllocationError};
use crate::app::sharing::public::PublicHours;
use store::StoreError;
use store::garage::StoredGarage;

/// Published times stay equal for this long while nothing changes, so that readers with the newest response get "not
/// modified".
const GRID: Duration = Duration::from_secs(120);

/// A gateway sends every few seconds; after a longer silence its exact time is published.
const QUIET: Duration = Duration::from_secs(30);

pub(super) struct SiteRealtime {
    pub free: u32,
    pub status: OpeningStatus,
    pub confirmed_at: Timestamp,
}

/// `None` where no recent data is known.
pub(super) async fn realtime(
    app: &App,
    garage: &StoredGarage,
    hours: &PublicHours,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<SiteRealtime>, StoreError> {
    let alive = last_seen_at.filter(|seen| now.since(*seen) <= app.feed.max_age);
    let (Some(seen), Some(occupied)) = (alive, garage.occupied) else { return Ok(None) };
    let confirmed_at = confirmed_at(now, seen, garage.count_changed_at);
    if !hours.open_at(&garage.id, now) {
        return Ok(Some(SiteRealtime { free: 0, status: OpeningStatus::Closed, confirmed_at }));
    }
    let Some(room) = room(app, &garage.id, now).await? else { return Ok(None) };
    let free = open_spaces(garage.capacity, occupied).min(room);
    Ok(Some(SiteRealtime { free, status: OpeningStatus::Open, confirmed_at }))
}

/// Room that windows and reservations leave to cars without one; `None` if it cannot be determined now.
async fn room(app: &App, garage: &GarageId, now: Timestamp) -> Result<Option<u32>, StoreError> {
    let room = |book: &AllocationBook| {
        let pools = book.layout().pools.keys();
        let rooms = pools.filter_map(|pool| book.room_for_walk_in(pool, Audience::Public, now));
        rooms.map(|(room, _)| room).sum()
    };
    match allocation::read(app, garage, room).await.map(Some) {
        Ok(room) => Ok(room),
        Err(AllocationError::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Time of the count's last confirmation: never in the future and never decreasing.
///
/// While the gateway is online, all garages share the newest multiple of [`GRID`], so the feed changes once in that
/// time and not with each garage's own contact. A change of the count has its own time, so that a query for changes
/// since a time finds it.
fn confirmed_at(now: Timestamp, seen: Timestamp, count_changed_at: Option<Timestamp>) -> Timestamp {
    let coarse = floor(now.min(seen + QUIET));
    let exact = if now.since(seen) > QUIET { seen } else { coarse };
    let changed = count_changed_at.filter(|at| *at <= now).unwrap_or(coarse);
    coarse.max(exact).max(changed)
}

fn floor(at: Timestamp) -> Timestamp {
    let grid = i64::try_from(GRID.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(at.micros() - at.micros().rem_euclid(grid))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros((1_800_000_000 + seconds) * 1_000_000)
    }

    #[test]
    fn while_the_gateway_speaks_the_time_is_at_most_two_minutes_old_and_moves_once_in_two_minutes() {
        let mut times = Vec::new();
        for now in 0..3600 {
            // Its contacts are seven seconds apart.
            let confirmed = confirmed_at(at(now), at(now - now % 7), None);
            assert!(confirmed <= at(now) && at(now).since(confirmed) < GRID, "{now}");
            times.push(confirmed);
        }
        assert!(times.is_sorted());
        times.dedup();
        assert_eq!(times.len(), 30);
    }

    #[test]
    fn after_the_last_contact_the_time_goes_forwards_to_it_and_stays() {
        for last in 0..240 {
            let times: Vec<Timestamp> =
                (last..last + 180).map(|now| confirmed_at(at(now), at(last), None)).collect();
            assert!(times.is_sorted(), "{last}");
            let end = times.last().copied().unwrap_or(at(0));
            assert!(end >= at(last) && end <= at(last) + QUIET, "{last}");
        }
    }

    #[test]
    fn a_change_of_the_count_has_its_own_time() {
        assert_eq!(confirmed_at(at(50), at(49), Some(at(31))), at(31));
        assert_eq!(confirmed_at(at(130), at(129), Some(at(31))), at(120));
    }
}
