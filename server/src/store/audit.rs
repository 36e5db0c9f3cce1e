//! Who did what, and which staff read personal data: appended, never changed. No names or plates in it.

use domain::time::Timestamp;

use super::{StoreError, Tx};

/// One line of the audit log.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub at: Timestamp,
    /// `person`, `operator`, `gateway`, `cli`.
    pub actor_kind: &'a str,
    pub actor_id: &'a str,
    /// `noun.verb`, such as `arrival.release`.
    pub action: &'a str,
    /// Id of what it was done to.
    pub subject: &'a str,
    pub detail: &'a str,
}

pub async fn append(tx: &mut Tx, entry: &Entry<'_>) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into audit (at, actor_kind, actor_id, action, subject, detail) values ($1, $2, $3, $4, $5, $6)",
        entry.at.micros(),
        entry.actor_kind,
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.detail,
    )?;
    Ok(())
}
