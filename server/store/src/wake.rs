//! Wake-ups between replicas: `notify` and `listen` of PostgreSQL. On SQLite there is one process and no wake-up.
//!
//! A wake-up is sent outside the transaction that it announces, because inside it would make each commit wait for the
//! others. It may get lost, so every waiting reader also polls once a second.

use domain::ids::GarageId;
use protocol::people::FeedCursor;
use sqlx::postgres::PgListener;

use super::{Store, StoreError};

const FEED: &str = "feed";
const ORDER: &str = "open_order";

/// Notifies the other replicas that the feed has reached `cursor`.
pub async fn announce(store: &Store, cursor: FeedCursor) -> Result<(), StoreError> {
    notify(store, FEED, cursor.to_string()).await
}

/// Notifies the other replicas of an order for a garage's gateway.
pub async fn announce_order(store: &Store, garage: &GarageId) -> Result<(), StoreError> {
    notify(store, ORDER, garage.to_string()).await
}

async fn notify(store: &Store, channel: &'static str, payload: String) -> Result<(), StoreError> {
    if let Store::Postgres(pool) = store {
        sqlx::query("select pg_notify($1, $2)").bind(channel).bind(payload).execute(pool).await?;
    }
    Ok(())
}

/// A notification from another replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplicaNotification {
    Feed(FeedCursor),
    Order(GarageId),
}

/// Receives the notifications of [`announce`] and [`announce_order`] on a connection of its own.
pub struct ReplicaListener(PgListener);

impl ReplicaListener {
    /// Returns `None` on SQLite, which has no other replica.
    pub async fn open(store: &Store) -> Result<Option<Self>, StoreError> {
        match store {
            Store::Sqlite { .. } => Ok(None),
            Store::Postgres(pool) => {
                let mut listener = PgListener::connect_with(pool).await?;
                listener.listen_all([FEED, ORDER]).await?;
                Ok(Some(Self(listener)))
            }
        }
    }

    /// The next notification; `None` when the connection is lost.
    pub async fn next(&mut self) -> Result<Option<ReplicaNotification>, StoreError> {
        loop {
            let Some(heard) = self.0.try_recv().await? else { return Ok(None) };
            let news = match heard.channel() {
                FEED => heard.payload().parse().ok().map(ReplicaNotification::Feed),
                _ => GarageId::parse(heard.payload()).ok().map(ReplicaNotification::Order),
            };
            if news.is_some() {
                return Ok(news);
            }
        }
    }
}
