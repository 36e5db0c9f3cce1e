//! Reads a book without deciding: for quotes, forecasts, open spaces and the gates' plans.
//!
//! A reader sees a book as some commit has left it, never an open transaction. A reader that finds an outdated book
//! rebuilds it from a snapshot and holds no lock on the garage's row.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::allocation::AllocationBook;
use domain::ids::GarageId;
use tokio::time::timeout;

use super::book_cache::BookCacheSlot;
use super::cached_book::{BookStamp, CachedBook};
use super::request::AllocationError;
use crate::app::App;
use crate::context::ServerContext;
use store::{StoreError, Tx, book, calendar};

/// Greatest age of the data read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BookFreshness {
    Now,
    Second,
}

/// How long a reader waits for the transaction that holds the book; after that it builds its own.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a reader waits for another reader that builds the book. Then it fails as busy: more builders would slow it
/// down.
const MAKING: Duration = Duration::from_secs(5);

/// Applies `look` to the garage's book. It includes all commits of this process, and those of other processes after a
/// second.
pub async fn read<T>(
    app: &App,
    garage: &GarageId,
    look: impl FnOnce(&AllocationBook) -> T + Send,
) -> Result<T, AllocationError> {
    seen(app, garage, BookFreshness::Second, look).await
}

/// Like [`read`], but includes everything committed before the call, on any replica.
pub async fn read_now<T>(
    app: &App,
    garage: &GarageId,
    look: impl FnOnce(&AllocationBook) -> T + Send,
) -> Result<T, AllocationError> {
    seen(app, garage, BookFreshness::Now, look).await
}

/// Compares all cached books with the database at once. Books of the stored version need no check of their own for
/// a second. Serves callers that read the books of a whole district.
pub async fn compare_all(app: &App) -> Result<(), StoreError> {
    let (began, now) = (Instant::now(), app.now());
    let mut tx = app.store.begin_read().await?;
    let versions = book::versions(&mut tx).await?;
    let district = calendar::version(&mut tx).await?;
    tx.rollback().await?;
    for (garage, version) in versions {
        let stored = BookStamp { version, district, day: now.local_date() };
        let Some(slot) = app.allocation.books.find(&garage) else { continue };
        let is_good = |kept: &CachedBook| kept.stamp.is_good(Some(stored)) && kept.is_of(now);
        // A book that is checked out is compared by its next reader.
        if slot.book.try_read().is_ok_and(|kept| kept.as_ref().is_some_and(is_good)) {
            slot.set_compared(began);
        }
    }
    Ok(())
}

async fn seen<T>(
    app: &App,
    garage: &GarageId,
    freshness: BookFreshness,
    look: impl FnOnce(&AllocationBook) -> T + Send,
) -> Result<T, AllocationError> {
    let (began, slot) = (Instant::now(), app.allocation.books.slot(garage));
    let stamp = match freshness {
        BookFreshness::Second if slot.compared_within(Duration::from_secs(1)) => None,
        BookFreshness::Second | BookFreshness::Now => Some(stored_stamp(app, garage).await?),
    };
    let look = match looked(app, &slot, stamp, look).await {
        Ok(seen) => {
            stamp.inspect(|_| slot.set_compared(began));
            return Ok(seen);
        }
        Err(look) => look,
    };
    // Builders run one after the other: the second one finds the book of the first.
    let Ok(_turn) = timeout(MAKING, slot.making.lock()).await else { return Err(AllocationError::Busy) };
    let look = match looked(app, &slot, stamp, look).await {
        Ok(seen) => return Ok(seen),
        Err(look) => look,
    };
    let kept = made(app, garage).await?;
    let seen = look(&kept.book);
    offer(&slot, kept).await;
    slot.set_compared(began);
    Ok(seen)
}

/// Applies `look` to the cached book if it is valid, else returns `look` as the error.
async fn looked<T, F: FnOnce(&AllocationBook) -> T + Send>(
    app: &App,
    slot: &Arc<BookCacheSlot>,
    stamp: Option<BookStamp>,
    look: F,
) -> Result<T, F> {
    let Ok(kept) = timeout(PATIENCE, slot.book.read()).await else { return Err(look) };
    let now = app.now();
    match kept.as_ref().filter(|kept| kept.stamp.is_good(stamp) && kept.is_of(now)) {
        Some(kept) => Ok(look(&kept.book)),
        None => Err(look),
    }
}

impl BookStamp {
    /// A newer book is valid as well.
    fn is_good(self, asked: Option<Self>) -> bool {
        asked.is_none_or(|asked| self.version >= asked.version && self.district >= asked.district)
    }
}

async fn stored_stamp(context: &ServerContext, garage: &GarageId) -> Result<BookStamp, AllocationError> {
    let mut tx = context.store.begin_read().await?;
    let stamp = stamp(context, &mut tx, garage).await?;
    tx.rollback().await?;
    Ok(stamp)
}

async fn stamp(
    context: &ServerContext,
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<BookStamp, AllocationError> {
    let version = book::version(tx, garage).await?.ok_or(AllocationError::NoSuchGarage)?;
    Ok(BookStamp { version, district: calendar::version(tx).await?, day: context.now().local_date() })
}

/// Builds a book from one snapshot of the database.
async fn made(app: &App, garage: &GarageId) -> Result<CachedBook, AllocationError> {
    let mut tx = app.store.begin_read().await?;
    let stamp = stamp(app, &mut tx, garage).await?;
    let kept = CachedBook::made(app, &mut tx, garage, stamp, app.now()).await?;
    tx.rollback().await?;
    Ok(kept)
}

/// Caches a book for other readers, unless a newer one is cached or the slot stays locked.
async fn offer(slot: &Arc<BookCacheSlot>, made: CachedBook) {
    let Ok(mut kept) = timeout(PATIENCE, slot.book.write()).await else { return };
    let newer = |kept: &CachedBook| kept.stamp.version > made.stamp.version;
    if !kept.as_ref().is_some_and(newer) {
        *kept = Some(made);
    }
}
