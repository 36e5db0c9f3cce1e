//! Reports a missing list of holidays in the log and in a metric: at the start, then once an hour, because a server
//! that runs for months also reaches November.

use std::collections::BTreeSet;
use std::time::Duration;

use metrics::gauge;

use crate::app::{App, calendar};

const EVERY: Duration = Duration::from_secs(3600);

pub async fn run(app: App) {
    let mut missing = BTreeSet::new();
    loop {
        match calendar::missing_years(&app).await {
            Ok(years) => {
                log_changes(&missing, &years);
                missing = years;
            }
            Err(error) => {
                tracing::warn!(%error, "check for missing holiday lists failed; will retry in an hour");
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Logs a missing year once a process; the metric stays until the list is imported.
fn log_changes(before: &BTreeSet<i32>, now: &BTreeSet<i32>) {
    for year in before.difference(now) {
        gauge!("calendar_missing_year", "year" => year.to_string()).set(0.0);
    }
    for year in now.difference(before) {
        gauge!("calendar_missing_year", "year" => year.to_string()).set(1.0);
        tracing::warn!(
            calendar.year = year,
            "holiday list missing; all days of this year count as workdays; \
             import it with `server import-holidays`"
        );
    }
}
