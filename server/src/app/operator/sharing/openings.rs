//! The openings of a garage by pool and audience: windows made absolute for the days of a week view.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{Datelike, NaiveDate, NaiveTime};
use domain::access::Audience;
use domain::ids::{GarageId, WindowId};
use domain::shared_window::WindowOpening;
use domain::time::Timestamp;
use protocol::sharing as wire;

use super::{SharingError, wire as answers};
use crate::app::App;
use crate::app::operator::calendar::{day, warnings};
use crate::app::operator::{OperatorCaller, require};
use crate::app::sharing::{SharingState, pools};
use store::closure;

/// Five weeks.
pub const MAX_DAYS: u32 = 35;

/// Years of the calendar; plans end with it.
const YEARS: RangeInclusive<i32> = 2000..=2199;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Openings from the first to the last day, both included. Closures are listed beside the openings, not cut out of
/// them.
pub async fn read(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<wire::OpeningSchedule, SharingError> {
    let days = u32::try_from(to.signed_duration_since(from).num_days().saturating_add(1)).unwrap_or(0);
    if !(1..=MAX_DAYS).contains(&days) || !YEARS.contains(&from.year()) {
        return Err(SharingError::Range);
    }
    let (start, now) = (midnight(from), app.now());
    let end = start + DAY * days;
    let mut tx = app.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    let ground = SharingState::read(app, &mut tx, garage, now).await?;
    let closures = closure::open(&mut tx, garage, start).await?;
    drop(tx);
    // An opening of the day before may reach into the first day.
    let mut openings = ground.openings(from.pred_opt().unwrap_or(from), days.saturating_add(1));
    openings.retain(|opening| opening.span.until().timestamp() > start);
    let dates = from.iter_days().take(days as usize);
    Ok(wire::OpeningSchedule {
        days: dates.map(|date| day(&ground.calendar, &ground.schools, date)).collect(),
        warnings: warnings(&ground.calendar, &ground.schools, from, to, now.local_date()),
        pools: ground.pools.iter().map(pools::spec).collect(),
        openings: shown(&ground, &openings),
        closures: closures.iter().filter(|closure| closure.from < end).map(answers::closure).collect(),
    })
}

fn midnight(date: NaiveDate) -> Timestamp {
    Timestamp::from_local(date.and_time(NaiveTime::MIN))
}

fn shown(ground: &SharingState, openings: &[WindowOpening]) -> Vec<wire::ScheduledOpening> {
    let names: HashMap<&WindowId, &str> =
        ground.windows.iter().map(|stored| (&stored.window.id, stored.window.name.as_str())).collect();
    let one = |opening: &WindowOpening| wire::ScheduledOpening {
        window: opening.window.clone(),
        name: names.get(&opening.window).copied().unwrap_or_default().to_owned(),
        pool: opening.pool.clone(),
        audience: opening.audience,
        day: opening.span.from().timestamp().local_date(),
        from: opening.span.from().timestamp(),
        until: opening.span.until().timestamp(),
        quota: opening.quota,
        kept_for_pickup: kept_for_pickup(opening, openings),
        bookable: opening.terms.bookable,
        walk_in: opening.terms.walk_in,
        groups: opening
            .groups
            .iter()
            .filter_map(|group| {
                let from = group.span?.from().timestamp();
                Some(wire::StaggeredClass { class: group.class.clone(), from })
            })
            .collect(),
    };
    openings.iter().map(one).collect()
}

/// Pickup openings of a pool do not overlap: the largest quota of one of them is the most at one time.
fn kept_for_pickup(opening: &WindowOpening, all: &[WindowOpening]) -> u32 {
    if opening.audience == Audience::Pickup {
        return 0;
    }
    let meanwhile = all.iter().filter(|other| {
        other.audience == Audience::Pickup && other.pool == opening.pool && other.span.overlaps(opening.span)
    });
    meanwhile.map(|other| other.quota).max().unwrap_or(0)
}
