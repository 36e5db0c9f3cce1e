//! Failures of the storage below the database: the disk is full, cannot be written, or fails. They end when an
//! administrator has made room or repaired the disk, so a caller tries again later.

use std::path::PathBuf;

use sqlx::error::DatabaseError;

use super::{Store, StoreError};

/// What is wrong with the storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFailure {
    /// No space, or a limit on the process's files.
    Full,
    /// Read-only, as a disk after an error, or a PostgreSQL standby.
    ReadOnly,
    /// The disk returns errors, or a file cannot be opened.
    Broken,
}

/// The primary code is the lowest byte of an extended one.
const SQLITE_PRIMARY: u32 = 0xff;

impl StorageFailure {
    pub(crate) fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Database(error) => Self::of_database(error.as_ref()),
            _ => None,
        }
    }

    fn of_database(error: &dyn DatabaseError) -> Option<Self> {
        let code = error.code()?;
        // PostgreSQL's codes have five characters, SQLite's extended ones at most four.
        match (code.len(), code.parse::<u32>()) {
            (..5, Ok(code)) => Self::of_sqlite(code & SQLITE_PRIMARY),
            _ => Self::of_postgres(&code),
        }
    }

    const fn of_sqlite(primary: u32) -> Option<Self> {
        match primary {
            // SQLITE_FULL
            13 => Some(Self::Full),
            // SQLITE_READONLY
            8 => Some(Self::ReadOnly),
            // SQLITE_IOERR, SQLITE_CANTOPEN. A limit on the size of files is an I/O error, too.
            10 | 14 => Some(Self::Broken),
            _ => None,
        }
    }

    fn of_postgres(code: &str) -> Option<Self> {
        match code {
            // disk_full
            "53100" => Some(Self::Full),
            // read_only_sql_transaction
            "25006" => Some(Self::ReadOnly),
            // system_error, io_error
            "58000" | "58030" => Some(Self::Broken),
            _ => None,
        }
    }

    /// Value of the label `why`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Broken => "broken",
        }
    }

    /// A few words for `/readyz`.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Full => "the disk is full: nothing can be written",
            Self::ReadOnly => "read-only: nothing can be written",
            Self::Broken => "the disk refuses reads or writes",
        }
    }
}

impl Store {
    /// Checks that the database takes a write: commits one that changes nothing of ours, synced to disk like any other.
    pub async fn probe_write(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { write, .. } => {
                let mut tx = write.begin_with("begin immediate").await?;
                let before: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut *tx).await?;
                // SQLite writes no page whose content stays the same. The number has no other use.
                let flip = if before == 0 { "pragma user_version = 1" } else { "pragma user_version = 0" };
                sqlx::raw_sql(flip).execute(&mut *tx).await?;
                tx.commit().await?;
            }
            Self::Postgres(pool) => {
                let same = "update schema_compatibility set lowest_program = lowest_program where id = 1";
                sqlx::query(same).execute(pool).await?;
            }
        }
        Ok(())
    }

    /// The folder of an SQLite database; `None` for PostgreSQL, whose disk is another machine's matter.
    pub fn folder(&self) -> Option<PathBuf> {
        let Self::Sqlite { write, .. } = self else { return None };
        let options = write.connect_options();
        let folder = options.get_filename().parent()?;
        Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_codes_of_sqlite_are_those_of_their_class() {
        // SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE, SQLITE_READONLY_DIRECTORY, SQLITE_CONSTRAINT_UNIQUE, SQLITE_BUSY.
        let codes =
            [13, 778, 4874, 1544, 2067, 5].map(|code| StorageFailure::of_sqlite(code & SQLITE_PRIMARY));
        let (full, broken, read_only) =
            (StorageFailure::Full, StorageFailure::Broken, StorageFailure::ReadOnly);
        assert_eq!(codes, [Some(full), Some(broken), Some(broken), Some(read_only), None, None]);
    }

    #[test]
    fn postgres_tells_a_full_disk_from_a_conflict() {
        assert_eq!(StorageFailure::of_postgres("53100"), Some(StorageFailure::Full));
        assert_eq!(StorageFailure::of_postgres("40001"), None);
    }
}
