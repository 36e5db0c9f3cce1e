//! The sum of the rows that the server's count does not cover, kept up with every commit: with a million rows behind
//! a lost link nobody adds them up again, neither at a restart nor for each receipt.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::rows;
use crate::garage::Change;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Behind {
    /// The sum of all rows behind this place ...
    through_seq: i64,
    /// ... up to this one, the last that was given out.
    last_seq: i64,
    pub change: Change,
}

impl Behind {
    /// As it was kept, unless whoever wrote the file last did not keep it.
    pub async fn restored(
        db: &mut SqliteConnection,
        through_seq: i64,
        last_seq: i64,
    ) -> Result<Self, sqlx::Error> {
        match rows::behind(db).await? {
            Some(kept) if (kept.through_seq, kept.last_seq) == (through_seq, last_seq) => Ok(kept),
            Some(_) | None => Self::added_up(db, through_seq, last_seq).await,
        }
    }

    pub async fn added_up(
        db: &mut SqliteConnection,
        through_seq: i64,
        last_seq: i64,
    ) -> Result<Self, sqlx::Error> {
        let change = rows::sum(db, through_seq, last_seq).await?;
        Ok(Self { through_seq, last_seq, change })
    }

    /// New rows, the last of them at `last_seq`.
    pub fn with(self, change: Change, last_seq: i64) -> Self {
        Self { last_seq, change: self.change.plus(change), ..self }
    }

    /// The server has counted through `through_seq`; rows through `acked` are still there, and about to go.
    pub async fn without(
        self,
        db: &mut SqliteConnection,
        through_seq: i64,
        acked: i64,
    ) -> Result<Self, sqlx::Error> {
        let gone = through_seq.max(acked);
        let change = if gone < self.through_seq {
            rows::sum(db, gone, self.last_seq).await?
        } else {
            self.change.minus(rows::sum(db, self.through_seq, gone).await?)
        };
        Ok(Self { through_seq, change, ..self })
    }
}
