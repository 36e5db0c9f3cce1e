//! A unit of work on either database, and the macros that run a statement on it.

use sqlx::{Postgres, Sqlite, Transaction};

use super::StoreError;

/// An open transaction; rolled back when dropped without [`Tx::commit`].
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Ends a unit of work that has written nothing, without a synced commit.
    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await?,
            Self::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

/// Runs a statement; returns the number of changed rows.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => sqlx::query($sql)$(.bind($arg))*.execute(&mut **tx).await
                .map(|done| done.rows_affected()).map_err($crate::StoreError::from),
            $crate::Tx::Postgres(tx) => sqlx::query($sql)$(.bind($arg))*.execute(&mut **tx).await
                .map(|done| done.rows_affected()).map_err($crate::StoreError::from),
        }
    };
}

macro_rules! fetch {
    ($method:ident, $tx:expr, $sql:expr $(, $arg:expr)*) => {
        match $tx {
            $crate::Tx::Sqlite(tx) => sqlx::query_as($sql)$(.bind($arg))*.$method(&mut **tx).await
                .map_err($crate::StoreError::from),
            $crate::Tx::Postgres(tx) => sqlx::query_as($sql)$(.bind($arg))*.$method(&mut **tx).await
                .map_err($crate::StoreError::from),
        }
    };
}

/// Reads exactly one row into a tuple or a `#[derive(sqlx::FromRow)]` struct.
macro_rules! fetch_one {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => { fetch!(fetch_one, $tx, $sql $(, $arg)*) };
}

/// Reads a row that may be absent.
macro_rules! fetch_optional {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => { fetch!(fetch_optional, $tx, $sql $(, $arg)*) };
}

/// Reads all rows. The statement has a `limit` unless the number of rows is small by nature.
macro_rules! fetch_all {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => { fetch!(fetch_all, $tx, $sql $(, $arg)*) };
}

/// Runs one statement over a row of values for each item (`$head`, `values (...), (...)`, `$tail`) and reads the rows
/// that it returns. The columns are `column1`, `column2` and so on, on both databases. Without items nothing runs and no
/// row returns.
macro_rules! fetch_rows {
    ($tx:expr, $head:expr, $rows:expr, |$b:ident, $row:ident| $push:block, $tail:expr) => {{
        let rows = $rows;
        match $tx {
            _ if rows.is_empty() => Ok(Vec::new()),
            $crate::Tx::Sqlite(tx) => {
                let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new($head);
                query.push_values(rows, |mut $b, $row| $push);
                query.push($tail);
                query.build_query_as().fetch_all(&mut **tx).await.map_err($crate::StoreError::from)
            }
            $crate::Tx::Postgres(tx) => {
                let mut query = sqlx::QueryBuilder::<sqlx::Postgres>::new($head);
                query.push_values(rows, |mut $b, $row| $push);
                query.push($tail);
                query.build_query_as().fetch_all(&mut **tx).await.map_err($crate::StoreError::from)
            }
        }
    }};
}

/// Runs such a statement without reading rows; returns the number of changed rows.
macro_rules! execute_rows {
    ($tx:expr, $head:expr, $rows:expr, |$b:ident, $row:ident| $push:block, $tail:expr) => {{
        let rows = $rows;
        match $tx {
            _ if rows.is_empty() => Ok(0),
            $crate::Tx::Sqlite(tx) => {
                let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new($head);
                query.push_values(rows, |mut $b, $row| $push);
                query.push($tail);
                query
                    .build()
                    .execute(&mut **tx)
                    .await
                    .map(|done| done.rows_affected())
                    .map_err($crate::StoreError::from)
            }
            $crate::Tx::Postgres(tx) => {
                let mut query = sqlx::QueryBuilder::<sqlx::Postgres>::new($head);
                query.push_values(rows, |mut $b, $row| $push);
                query.push($tail);
                query
                    .build()
                    .execute(&mut **tx)
                    .await
                    .map(|done| done.rows_affected())
                    .map_err($crate::StoreError::from)
            }
        }
    }};
}
