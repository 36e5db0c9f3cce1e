//! Import of published facts of garages, and of the district as a data source.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::district::GarageSpec;
use protocol::public::{PublishedSpec, SourceSpec};

use super::check::{FieldCheckResult, invalid, text};
use store::{StoreError, Tx, published};

/// Longest fee text that ParkAPI accepts.
const MAX_FEE_TEXT: usize = 4096;
const MAX_URL: usize = 4096;
const MAX_ATTRIBUTION: usize = 256;
const MAX_PHONE: usize = 40;
/// A garage is in a handful of registers.
const MAX_IDENTIFIERS: usize = 20;
/// Lower than any car, higher than any lorry: other values have the wrong unit.
const CENTIMETRES: RangeInclusive<u32> = 100..=1000;

/// `at` is the path of `published`.
pub(super) fn check(at: &str, spec: &PublishedSpec) -> FieldCheckResult {
    if spec.r#type.is_some_and(|kind| !kind.is_for_cars()) {
        return invalid(format!("{at}.type"), "is no place for cars");
    }
    if let Some(fee) = &spec.fee_description {
        text(format!("{at}.fee_description"), fee, MAX_FEE_TEXT)?;
    }
    for (field, value) in [("max_height_cm", spec.max_height_cm), ("max_width_cm", spec.max_width_cm)] {
        if value.is_some_and(|value| !CENTIMETRES.contains(&value)) {
            let (least, most) = (CENTIMETRES.start(), CENTIMETRES.end());
            return invalid(format!("{at}.{field}"), format!("must be {least} to {most} centimetres"));
        }
    }
    if let Some(link) = &spec.public_url {
        url(format!("{at}.public_url"), link, MAX_URL)?;
    }
    if let Some(number) = &spec.phone {
        phone(format!("{at}.phone"), number)?;
    }
    if spec.external_identifiers.len() > MAX_IDENTIFIERS {
        return invalid(format!("{at}.external_identifiers"), format!("at most {MAX_IDENTIFIERS}"));
    }
    for (i, identifier) in spec.external_identifiers.iter().enumerate() {
        let field = format!("{at}.external_identifiers[{i}].value");
        text(field, &identifier.value, MAX_ATTRIBUTION)?;
    }
    Ok(())
}

pub(super) fn check_source(spec: &SourceSpec) -> FieldCheckResult {
    text("source.uid".to_owned(), &spec.uid, MAX_ATTRIBUTION)?;
    text("source.name".to_owned(), &spec.name, MAX_ATTRIBUTION)?;
    url("source.public_url".to_owned(), &spec.public_url, MAX_URL)?;
    for (field, value) in [("license", &spec.license), ("contributor", &spec.contributor)] {
        if let Some(value) = value {
            text(format!("source.{field}"), value, MAX_ATTRIBUTION)?;
        }
    }
    match &spec.attribution_url {
        Some(link) => url("source.attribution_url".to_owned(), link, MAX_ATTRIBUTION),
        None => Ok(()),
    }
}

fn url(field: String, value: &str, max: usize) -> FieldCheckResult {
    text(field.clone(), value, max)?;
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || value.contains(char::is_whitespace) {
        return invalid(field, "must be an address that begins with http:// or https://");
    }
    Ok(())
}

fn phone(field: String, value: &str) -> FieldCheckResult {
    text(field.clone(), value, MAX_PHONE)?;
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_digit() || "+-() ".contains(c);
    if digits < 3 || !value.chars().all(known) {
        return invalid(field, "must be digits, spaces, `+`, `-` and brackets, with 3 digits or more");
    }
    Ok(())
}

/// True if the garage's facts have changed.
pub(super) async fn put(
    tx: &mut Tx,
    spec: &GarageSpec,
    before: Option<&PublishedSpec>,
) -> Result<bool, StoreError> {
    let Some(wanted) = &spec.published else { return Ok(false) };
    if before.unwrap_or(&PublishedSpec::default()) == wanted {
        return Ok(false);
    }
    published::put_facts(tx, &spec.id, wanted).await?;
    Ok(true)
}

/// Published facts by garage.
pub(super) async fn known(tx: &mut Tx) -> Result<HashMap<GarageId, PublishedSpec>, StoreError> {
    published::all_facts(tx).await
}

pub(super) async fn put_source(
    tx: &mut Tx,
    spec: Option<&SourceSpec>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(wanted) = spec else { return Ok(()) };
    if published::source(tx).await?.is_some_and(|known| known.spec == *wanted) {
        return Ok(());
    }
    published::put_source(tx, wanted, now).await
}

#[cfg(test)]
mod tests {
    use super::super::InvalidField;
    use super::*;

    fn fault(json: &str) -> String {
        let spec: PublishedSpec = serde_json::from_str(json).expect("a spec");
        check("garages[0].published", &spec)
            .map_or_else(|InvalidField { field, .. }| field, |()| String::new())
    }

    #[test]
    fn mistakes_are_named_by_their_field() {
        let at = |field: &str| format!("garages[0].published.{field}");
        let cases = [
            (r#"{"type":"LOCKERS"}"#, "type"),
            (r#"{"fee_description":" "}"#, "fee_description"),
            (r#"{"max_height_cm":2}"#, "max_height_cm"),
            (r#"{"max_width_cm":1001}"#, "max_width_cm"),
            (r#"{"public_url":"javascript:alert(1)"}"#, "public_url"),
            (r#"{"public_url":"https:///x"}"#, "public_url"),
            (r#"{"phone":"call us"}"#, "phone"),
            (r#"{"external_identifiers":[{"type":"OSM","value":""}]}"#, "external_identifiers[0].value"),
        ];
        for (json, field) in cases {
            assert_eq!(fault(json), at(field), "{json}");
        }
        let good = r#"{"type":"UNDERGROUND","has_fee":true,"fee_description":"首小时免费","max_height_cm":210,
            "public_url":"https://example.org/a?b=c","phone":"+86 (532) 8888-0000","supervision":"VIDEO",
            "external_identifiers":[{"type":"OSM","value":"way/1"}]}"#;
        assert_eq!(fault(good), "");
    }

    #[test]
    fn a_source_names_its_fields_too() {
        let spec = |url: &str, license: Option<&str>| SourceSpec {
            uid: "shinan".to_owned(),
            name: "市南区".to_owned(),
            public_url: url.to_owned(),
            license: license.map(str::to_owned),
            contributor: None,
            attribution_url: None,
        };
        let field = |spec: &SourceSpec| check_source(spec).map_err(|error| error.field);
        assert_eq!(field(&spec("https://example.org", Some("CC BY 4.0"))), Ok(()));
        assert_eq!(field(&spec("example.org", None)), Err("source.public_url".to_owned()));
        assert_eq!(field(&spec("https://example.org", Some(""))), Err("source.license".to_owned()));
    }
}
