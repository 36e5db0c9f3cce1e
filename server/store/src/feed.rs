//! The append-only feed of arrivals' changes and its head.
//!
//! A transaction that changes arrivals takes cursors **first**, before it reads what it changes: the lock of
//! `feed_head` is the lock of all arrivals. Cursors then follow the order of the commits without gaps (a reader never
//! passes a cursor that is still to appear), orders of arrival are unique, and no second lock can deadlock.

use domain::ids::{ArrivalId, ClassId, SchoolId};
use domain::time::Timestamp;
use protocol::people::{ClassFeedUpdate, FeedCursor};

use super::{StoreError, Tx, codec};

/// Cursors that one page of the feed may span. A reader that was away for weeks catches up in several pages.
pub const SPAN: i64 = 10_000;

/// Rows in one statement.
const ROWS: usize = 500;

/// A line of the feed: the changed arrival and its class.
#[derive(Debug, Clone)]
pub struct NewFeedChange<'a> {
    pub cursor: FeedCursor,
    pub at: Timestamp,
    pub school: &'a SchoolId,
    pub class: &'a ClassId,
    pub arrival: ArrivalId,
}

/// Takes the next `n` cursors and the lock of all arrivals until the commit; returns the last cursor. A rollback
/// releases them.
pub async fn take_cursors(tx: &mut Tx, n: i64) -> Result<FeedCursor, StoreError> {
    let (last,): (FeedCursor,) =
        fetch_one!(tx, "update feed_head set cursor = cursor + $1 where id = 1 returning cursor", n)?;
    Ok(last)
}

/// The newest committed cursor.
pub async fn head(tx: &mut Tx) -> Result<FeedCursor, StoreError> {
    let (cursor,): (FeedCursor,) = fetch_one!(tx, "select cursor from feed_head where id = 1")?;
    Ok(cursor)
}

pub async fn append(tx: &mut Tx, change: &NewFeedChange<'_>) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into feed (cursor, at, school_id, class_id, arrival_id) values ($1, $2, $3, $4, $5)",
        change.cursor,
        change.at.micros(),
        change.school.as_str(),
        change.class.as_str(),
        change.arrival.to_string(),
    )?;
    Ok(())
}

/// Appends many lines.
pub async fn append_all(tx: &mut Tx, changes: &[NewFeedChange<'_>]) -> Result<(), StoreError> {
    for chunk in changes.chunks(ROWS) {
        execute_rows!(
            tx,
            "insert into feed (cursor, at, school_id, class_id, arrival_id) ",
            chunk,
            |row, change| {
                row.push_bind(change.cursor)
                    .push_bind(change.at.micros())
                    .push_bind(change.school.as_str())
                    .push_bind(change.class.as_str())
                    .push_bind(change.arrival.to_string());
            },
            ""
        )?;
    }
    Ok(())
}

/// The newest cursor of each class in `(after, through]`, oldest first.
pub async fn news(
    tx: &mut Tx,
    after: FeedCursor,
    through: FeedCursor,
) -> Result<Vec<ClassFeedUpdate>, StoreError> {
    let rows: Vec<(String, String, FeedCursor)> = fetch_all!(
        tx,
        "select class_id, school_id, max(cursor) as newest from feed \
         where cursor > $1 and cursor <= $2 group by class_id, school_id order by newest",
        after,
        through,
    )?;
    rows.iter().map(news_from).collect()
}

fn news_from((class, school, cursor): &(String, String, FeedCursor)) -> Result<ClassFeedUpdate, StoreError> {
    Ok(ClassFeedUpdate {
        class: codec::parse("feed.class_id", class)?,
        school: codec::parse("feed.school_id", school)?,
        cursor: *cursor,
    })
}
