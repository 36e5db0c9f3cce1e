//! Published data of each garage besides its count: facts, the district as a data source, versions, samples.

mod sample;
mod source;

use std::collections::HashMap;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::public::{ExternalIdentifier, PublishedSpec};

use super::{StoreError, Tx, codec};

pub use sample::{StoredSample, prune, record, samples, samples_count};
pub use source::{StoredSource, put_source, source};

/// Hash of a garage's published facts, and the time of their last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedVersion {
    pub hash: String,
    pub changed_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct PublishedFactsRow {
    garage_id: String,
    listed: i64,
    r#type: Option<String>,
    has_fee: Option<i64>,
    fee_description: Option<String>,
    max_height_cm: Option<i64>,
    max_width_cm: Option<i64>,
    is_covered: Option<i64>,
    has_lighting: Option<i64>,
    supervision: Option<String>,
    public_url: Option<String>,
    phone: Option<String>,
}

fn centimetres(column: &'static str, value: Option<i64>) -> Result<Option<u32>, StoreError> {
    value.map(|value| u32::try_from(value).map_err(|_| StoreError::Corrupt { column })).transpose()
}

fn facts(row: PublishedFactsRow) -> Result<(GarageId, PublishedSpec), StoreError> {
    let is_true = |value: i64| value != 0;
    let spec = PublishedSpec {
        listed: is_true(row.listed),
        r#type: row.r#type.map(|text| codec::parse("published_facts.type", &text)).transpose()?,
        has_fee: row.has_fee.map(is_true),
        fee_description: row.fee_description,
        max_height_cm: centimetres("published_facts.max_height_cm", row.max_height_cm)?,
        max_width_cm: centimetres("published_facts.max_width_cm", row.max_width_cm)?,
        is_covered: row.is_covered.map(is_true),
        has_lighting: row.has_lighting.map(is_true),
        supervision: row
            .supervision
            .map(|text| codec::parse("published_facts.supervision", &text))
            .transpose()?,
        public_url: row.public_url,
        phone: row.phone,
        external_identifiers: Vec::new(),
    };
    Ok((codec::parse("published_facts.garage_id", &row.garage_id)?, spec))
}

/// The facts of every garage that has some.
pub async fn all_facts(tx: &mut Tx) -> Result<HashMap<GarageId, PublishedSpec>, StoreError> {
    let rows: Vec<PublishedFactsRow> = fetch_all!(
        tx,
        "select garage_id, listed, type, has_fee, fee_description, max_height_cm, max_width_cm, is_covered, \
         has_lighting, supervision, public_url, phone from published_facts"
    )?;
    let mut all = rows.into_iter().map(facts).collect::<Result<HashMap<_, _>, _>>()?;
    let identifiers: Vec<(String, String, String)> = fetch_all!(
        tx,
        "select garage_id, type, value from published_identifier order by garage_id, position"
    )?;
    for (garage, kind, value) in identifiers {
        let garage: GarageId = codec::parse("published_identifier.garage_id", &garage)?;
        let r#type = codec::parse("published_identifier.type", &kind)?;
        if let Some(spec) = all.get_mut(&garage) {
            spec.external_identifiers.push(ExternalIdentifier { r#type, value });
        }
    }
    Ok(all)
}

/// Replaces all facts of a garage.
pub async fn put_facts(tx: &mut Tx, garage: &GarageId, spec: &PublishedSpec) -> Result<(), StoreError> {
    execute!(tx, "delete from published_facts where garage_id = $1", garage.as_str())?;
    execute!(tx, "delete from published_identifier where garage_id = $1", garage.as_str())?;
    execute!(
        tx,
        "insert into published_facts (garage_id, listed, type, has_fee, fee_description, max_height_cm, max_width_cm, \
         is_covered, has_lighting, supervision, public_url, phone) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        garage.as_str(),
        i64::from(spec.listed),
        spec.r#type.map(codec::encode),
        spec.has_fee.map(i64::from),
        spec.fee_description.as_deref(),
        spec.max_height_cm.map(i64::from),
        spec.max_width_cm.map(i64::from),
        spec.is_covered.map(i64::from),
        spec.has_lighting.map(i64::from),
        spec.supervision.map(codec::encode),
        spec.public_url.as_deref(),
        spec.phone.as_deref(),
    )?;
    for (position, identifier) in (0i64..).zip(&spec.external_identifiers) {
        execute!(
            tx,
            "insert into published_identifier (garage_id, position, type, value) values ($1, $2, $3, $4)",
            garage.as_str(),
            position,
            codec::encode(identifier.r#type),
            identifier.value.as_str(),
        )?;
    }
    Ok(())
}

/// The versions of every garage that was published before.
pub async fn versions(tx: &mut Tx) -> Result<HashMap<GarageId, PublishedVersion>, StoreError> {
    let rows: Vec<(String, String, i64)> =
        fetch_all!(tx, "select garage_id, facts_hash, changed_at from published_version")?;
    let version = |(garage, hash, at): (String, String, i64)| {
        let version = PublishedVersion { hash, changed_at: Timestamp::from_micros(at) };
        Ok((codec::parse("published_version.garage_id", &garage)?, version))
    };
    rows.into_iter().map(version).collect()
}

/// Writes new versions. If another replica has published the same facts before, its time stays.
pub async fn put_versions(tx: &mut Tx, changed: &[(GarageId, PublishedVersion)]) -> Result<(), StoreError> {
    if changed.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "insert into published_version (garage_id, facts_hash, changed_at) ",
        changed,
        |row, entry| {
            let (garage, version) = entry;
            row.push_bind(garage.as_str())
                .push_bind(version.hash.as_str())
                .push_bind(version.changed_at.micros());
        },
        " on conflict (garage_id) do update set facts_hash = excluded.facts_hash, changed_at = excluded.changed_at \
         where published_version.facts_hash <> excluded.facts_hash"
    )?;
    Ok(())
}
