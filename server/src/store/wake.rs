//! Wake-ups between replicas: `notify` and `listen` of PostgreSQL. One process on SQLite has nobody else to wake.
//!
//! A wake-up is sent outside the transactions that it tells of (inside, it would make each commit wait for the
//! others), and it may get lost: whoever waits also looks once a second.

use protocol::people::Cursor;
use sqlx::postgres::PgListener;

use super::{Store, StoreError};

const CHANNEL: &str = "feed";

/// Tells the other replicas that the feed has reached `cursor`.
pub async fn announce(store: &Store, cursor: Cursor) -> Result<(), StoreError> {
    match store {
        Store::Sqlite { .. } => {}
        Store::Postgres(pool) => {
            let notify = sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(cursor.to_string());
            notify.execute(pool).await?;
        }
    }
    Ok(())
}

/// Hears what [`announce`] says, on a connection of its own.
pub struct Ear(PgListener);

impl Ear {
    /// `None` where there is nobody to hear.
    pub async fn open(store: &Store) -> Result<Option<Self>, StoreError> {
        match store {
            Store::Sqlite { .. } => Ok(None),
            Store::Postgres(pool) => {
                let mut listener = PgListener::connect_with(pool).await?;
                listener.listen(CHANNEL).await?;
                Ok(Some(Self(listener)))
            }
        }
    }

    /// The next cursor that is heard of; `None` when the connection is lost.
    pub async fn next(&mut self) -> Result<Option<Cursor>, StoreError> {
        loop {
            let Some(heard) = self.0.try_recv().await? else { return Ok(None) };
            if let Ok(cursor) = heard.payload().parse() {
                return Ok(Some(cursor));
            }
        }
    }
}
