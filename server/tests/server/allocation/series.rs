//! The same hours on several days.

use chrono::NaiveDate;
use domain::allocation::ReservationIntent;
use domain::allocation::refusal::ReservationRefusal;
use domain::minute::Minutes;
use protocol::reservation::SeriesConflictPolicy;
use server::app::allocation::{
    AllocationError, AllocationReply, AllocationRequest, SeriesDateOutcome, SeriesReply, SeriesRequest,
};
use store::reservation;

use crate::allocation::place::{AllocationFixture, mall, span};

fn dates() -> Vec<NaiveDate> {
    (24..28).map(|day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap()).collect()
}

impl AllocationFixture<'_> {
    async fn series(&self, n: usize, key: &str, on_conflict: SeriesConflictPolicy) -> SeriesReply {
        self.asked_series(n, key, on_conflict, span("18:00", "19:00")).await.unwrap()
    }

    async fn asked_series(
        &self,
        n: usize,
        key: &str,
        on_conflict: SeriesConflictPolicy,
        first: domain::minute::MinuteSpan,
    ) -> Result<SeriesReply, AllocationError> {
        let first = self.ask(n, key, first, ReservationIntent::Confirm);
        match self
            .submit(AllocationRequest::Series(SeriesRequest { first, dates: dates(), on_conflict }))
            .await?
        {
            AllocationReply::Series(series) => Ok(series),
            other => panic!("{other:?}"),
        }
    }

    /// Takes the only space on the second of the days.
    async fn obstacle(&self) {
        let hour = span("18:30", "18:45");
        let day = Minutes(2 * 1440);
        let hour = domain::minute::MinuteSpan::new(hour.from() + day, hour.until() + day).unwrap();
        self.reserve(9, "obstacle", hour).await;
    }

    async fn live(&self) -> usize {
        let mut tx = self.fixture.store.begin_read().await.unwrap();
        reservation::live(&mut tx, &[mall()]).await.unwrap().len()
    }
}

/// r: reserved, p: possible, f: full.
fn outcomes(series: &SeriesReply) -> String {
    let word = |outcome: &SeriesDateOutcome| match outcome {
        SeriesDateOutcome::Reserved(_) => 'r',
        SeriesDateOutcome::Possible => 'p',
        SeriesDateOutcome::Refused(ReservationRefusal::Full { .. }) => 'f',
        SeriesDateOutcome::Refused(_) => '?',
    };
    series.dates.iter().map(|date| word(&date.outcome)).collect()
}

contract!(a_series_skips_fails_or_reports, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    place.obstacle().await;
    assert_eq!(outcomes(&place.series(0, "report", SeriesConflictPolicy::Report).await), "pfpp");
    assert_eq!(outcomes(&place.series(0, "fail", SeriesConflictPolicy::Fail).await), "pfpp");
    assert_eq!(place.live().await, 1);
    let made = place.series(0, "skip", SeriesConflictPolicy::Skip).await;
    assert_eq!(outcomes(&made), "rfrr");
    assert_eq!(place.live().await, 4);
    let SeriesDateOutcome::Reserved(first) = &made.dates[0].outcome else { panic!("{made:?}") };
    assert_eq!(first.details.series.as_deref(), Some(made.id.as_str()));
    assert_eq!(first.entry.span.from(), span("18:00", "19:00").from() + Minutes(1440));
});

contract!(all_dates_are_reserved_if_all_are_possible, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    assert_eq!(outcomes(&place.series(0, "k", SeriesConflictPolicy::Fail).await), "rrrr");
    assert_eq!(place.live().await, 4);
});

contract!(a_series_that_is_asked_for_again_reserves_nothing_more, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    place.obstacle().await;
    let made = place.series(0, "k", SeriesConflictPolicy::Skip).await;
    assert_eq!(place.series(0, "k", SeriesConflictPolicy::Skip).await, made);
    assert_eq!(place.live().await, 4);
    let other = place.asked_series(0, "k", SeriesConflictPolicy::Skip, span("20:00", "21:00")).await;
    assert!(matches!(other, Err(AllocationError::KeyReused(_))), "{other:?}");
    // A single reservation's key is another one.
    place.reserve(0, "k", span("20:00", "21:00")).await;
});
