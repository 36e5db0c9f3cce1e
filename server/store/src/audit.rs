//! The audit log: acts, and reads of personal data by staff. Append-only, without names or plates.

use domain::time::Timestamp;

use super::{StoreError, Tx};

/// A new line of the audit log.
#[derive(Debug, Clone)]
pub struct AuditEntry<'a> {
    pub at: Timestamp,
    /// `person`, `operator`, `gateway`, `cli`.
    pub actor_kind: &'a str,
    pub actor_id: &'a str,
    /// `noun.verb`, such as `arrival.release`.
    pub action: &'a str,
    /// Id of the object of the act.
    pub subject: &'a str,
    pub detail: &'a str,
}

pub async fn append(tx: &mut Tx, entry: &AuditEntry<'_>) -> Result<(), StoreError> {
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

/// A stored line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAuditEntry {
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor_id: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
}

/// Lines since `since`, oldest first.
pub async fn since(tx: &mut Tx, since: Timestamp, limit: i64) -> Result<Vec<StoredAuditEntry>, StoreError> {
    let rows: Vec<(i64, String, String, String, String, String)> = fetch_all!(
        tx,
        "select at, actor_kind, actor_id, action, subject, detail from audit where at >= $1 \
         order by at, no limit $2",
        since.micros(),
        limit,
    )?;
    let line = |(at, actor_kind, actor_id, action, subject, detail)| StoredAuditEntry {
        at: Timestamp::from_micros(at),
        actor_kind,
        actor_id,
        action,
        subject,
        detail,
    };
    Ok(rows.into_iter().map(line).collect())
}
