//! Says in the log and in a metric that a year's list of holidays is missing: at the start, then once an hour, since a
//! server that runs for months comes into November too.

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
                tell(&missing, &years);
                missing = years;
            }
            Err(error) => {
                tracing::warn!(%error, "it is not known whether lists of holidays are missing; looking again in an hour");
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The log says it once a process, the metric until the list is there.
fn tell(before: &BTreeSet<i32>, now: &BTreeSet<i32>) {
    for year in before.difference(now) {
        gauge!("calendar_missing_year", "year" => year.to_string()).set(0.0);
    }
    for year in now.difference(before) {
        gauge!("calendar_missing_year", "year" => year.to_string()).set(1.0);
        tracing::warn!(
            calendar.year = year,
            "the list of holidays of this year is missing, all its days count as workdays; \
             import it with `server import-holidays`"
        );
    }
}
