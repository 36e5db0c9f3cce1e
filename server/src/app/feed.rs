//! Long poll on the arrivals feed. It reports which rooms have changes and names no children.
//!
//! A wake-up ends the wait at once; a database query every [`LOOK`] finds the changes of a lost wake-up.

use std::time::Duration;

use protocol::people::{ArrivalFeedPage, FeedCursor};
use tokio::time::{Instant, sleep};

use super::App;
use crate::context::ServerContext;
use store::{StoreError, feed};

/// Interval of database queries without a wake-up.
const LOOK: Duration = Duration::from_secs(1);

/// Longest wait: below the 30 s after which balancers and our own request limit give up.
pub const MAX_WAIT: Duration = Duration::from_secs(25);

/// Changes after `after` as soon as there are any, else an empty page after `wait`. Without `after`: the head.
pub async fn poll(
    app: &App,
    after: Option<FeedCursor>,
    wait: Duration,
) -> Result<ArrivalFeedPage, StoreError> {
    let deadline = Instant::now() + wait.min(MAX_WAIT);
    let mut news = app.news.subscribe();
    loop {
        // Marked as seen before the database is read, so that a commit in between ends the wait below.
        news.borrow_and_update();
        let page = read(app, after).await?;
        let rest = deadline.saturating_duration_since(Instant::now());
        if after != Some(page.cursor) || rest.is_zero() || app.closing.is_cancelled() {
            return Ok(page);
        }
        tokio::select! {
            _ = news.changed() => {}
            () = app.closing.cancelled() => {}
            () = sleep(rest.min(LOOK)) => {}
        }
    }
}

/// A page from one snapshot. A cursor beyond the head (after a database restore) is reset to the head.
async fn read(context: &ServerContext, after: Option<FeedCursor>) -> Result<ArrivalFeedPage, StoreError> {
    let mut tx = context.store.begin_read().await?;
    let head = feed::head(&mut tx).await?;
    let Some(after) = after.filter(|after| *after < head) else {
        return Ok(ArrivalFeedPage { cursor: head, news: Vec::new() });
    };
    let through = head.min(after.saturating_add(feed::SPAN));
    Ok(ArrivalFeedPage { cursor: through, news: feed::news(&mut tx, after, through).await? })
}
