//! The district as a data source: one row at most.

use domain::time::Timestamp;
use protocol::public::SourceSpec;

use super::super::{StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSource {
    pub spec: SourceSpec,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct PublishedSourceRow {
    uid: String,
    name: String,
    public_url: String,
    license: Option<String>,
    contributor: Option<String>,
    attribution_url: Option<String>,
    created_at: i64,
    modified_at: i64,
}

pub async fn source(tx: &mut Tx) -> Result<Option<StoredSource>, StoreError> {
    let row: Option<PublishedSourceRow> = fetch_optional!(
        tx,
        "select uid, name, public_url, license, contributor, attribution_url, created_at, modified_at \
         from published_source"
    )?;
    Ok(row.map(|row| StoredSource {
        spec: SourceSpec {
            uid: row.uid,
            name: row.name,
            public_url: row.public_url,
            license: row.license,
            contributor: row.contributor,
            attribution_url: row.attribution_url,
        },
        created_at: Timestamp::from_micros(row.created_at),
        modified_at: Timestamp::from_micros(row.modified_at),
    }))
}

pub async fn put_source(tx: &mut Tx, spec: &SourceSpec, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into published_source (id, uid, name, public_url, license, contributor, attribution_url, created_at, \
         modified_at) values (1, $1, $2, $3, $4, $5, $6, $7, $7) on conflict (id) do update set uid = excluded.uid, \
         name = excluded.name, public_url = excluded.public_url, license = excluded.license, \
         contributor = excluded.contributor, attribution_url = excluded.attribution_url, \
         modified_at = excluded.modified_at",
        spec.uid.as_str(),
        spec.name.as_str(),
        spec.public_url.as_str(),
        spec.license.as_deref(),
        spec.contributor.as_deref(),
        spec.attribution_url.as_deref(),
        now.micros(),
    )?;
    Ok(())
}
