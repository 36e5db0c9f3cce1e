//! Import of garages with windows and permits, schools with classes, and operators.

use std::collections::{BTreeMap, HashSet};

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::district::{GarageSpec, OperatorSpec, SchoolSpec};
use store::calendar as stored_calendar;
use store::import::{GarageRow, OperatorRow, PermitKey};
use store::seal::{SealPurpose, SealingKeyring};
use store::visit::color_word;
use store::{StoreError, Tx, book, codec, import};
use uuid::Uuid;

use super::{ImportCounts, ImportError, ImportRowOutcome, published, sharing};
use crate::app::calendar::school as school_calendar;

/// Imports garages without their windows, which may name classes. Locks the garages' books until the commit.
pub(super) async fn garages(
    tx: &mut Tx,
    keys: &SealingKeyring,
    specs: &[GarageSpec],
    now: Timestamp,
) -> Result<Vec<ImportRowOutcome>, ImportError> {
    let all: Vec<GarageId> = specs.iter().map(|spec| spec.id.clone()).collect();
    book::lock(tx, &all).await?;
    let (known, facts) = (import::garages(tx).await?, published::known(tx).await?);
    let mut outcomes = Vec::with_capacity(specs.len());
    for spec in specs {
        let row = row_of(spec);
        let before = known.iter().find(|known| known.id == row.id);
        let mut outcome = match before {
            None => {
                import::insert_garage(tx, &row, now).await?;
                ImportRowOutcome::Added
            }
            Some(before) if *before == row => ImportRowOutcome::Unchanged,
            Some(_) => {
                import::update_garage(tx, &row, now).await?;
                ImportRowOutcome::Changed
            }
        };
        book::open(tx, &spec.id).await?;
        let pools = sharing::put_pools(tx, spec).await?;
        let permits = permits(tx, keys, spec).await?;
        let facts = published::put(tx, spec, facts.get(&spec.id)).await?;
        if pools || permits || facts {
            outcome.touch();
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Imports windows after the schools, because windows may name classes. Cached books are rebuilt.
pub(super) async fn windows(
    tx: &mut Tx,
    specs: &[GarageSpec],
    outcomes: Vec<ImportRowOutcome>,
    now: Timestamp,
    counts: &mut ImportCounts,
) -> Result<(), ImportError> {
    let mut changed = Vec::new();
    for (spec, mut outcome) in specs.iter().zip(outcomes) {
        let windows = sharing::put_windows(tx, spec, now).await?;
        if sharing::remove_pools(tx, spec).await? || windows {
            outcome.touch();
        }
        if outcome != ImportRowOutcome::Unchanged {
            import::touch_garage(tx, spec.id.as_str(), now).await?;
            changed.push(spec.id.clone());
        }
        counts.garages.count(outcome);
    }
    book::advance(tx, &changed).await?;
    Ok(())
}

fn row_of(spec: &GarageSpec) -> GarageRow {
    GarageRow {
        id: spec.id.as_str().to_owned(),
        name: spec.name.clone(),
        name_en: spec.name_en.clone(),
        operator_name: spec.operator_name.clone(),
        address: spec.address.clone(),
        lat_e6: millionths(spec.lat),
        lon_e6: millionths(spec.lon),
        capacity: i64::from(spec.capacity),
    }
}

/// Millionths of a degree; a tenth of a metre is finer than any map.
#[expect(clippy::cast_possible_truncation, reason = "degrees have been checked to be at most 180")]
fn millionths(degrees: f64) -> i64 {
    (degrees * 1e6).round() as i64
}

/// True if the garage's permits have changed.
async fn permits(tx: &mut Tx, keys: &SealingKeyring, spec: &GarageSpec) -> Result<bool, ImportError> {
    let garage = spec.id.as_str();
    let wanted: BTreeMap<PermitKey, &str> = spec
        .permits
        .iter()
        .map(|permit| {
            let plate = permit.plate.as_str();
            let hash = keys.hash(SealPurpose::Plate, plate);
            ((hash, codec::encode(permit.audience), color_word(permit.plate_color)), plate)
        })
        .collect();
    if import::permits(tx, garage).await?.iter().eq(wanted.keys()) {
        return Ok(false);
    }
    import::delete_permits(tx, garage).await?;
    for ((_, audience, color), plate) in &wanted {
        let sealed = keys.sealed(SealPurpose::Plate, plate)?;
        import::insert_permit(tx, garage, &sealed, audience, color).await?;
    }
    Ok(true)
}

pub(super) async fn schools(
    tx: &mut Tx,
    specs: &[SchoolSpec],
    counts: &mut ImportCounts,
) -> Result<(), ImportError> {
    let (schools, classes) = (import::schools(tx).await?, import::classes(tx).await?);
    for spec in specs {
        let (id, garage) = (spec.id.as_str(), spec.garage.as_str());
        let mut outcome = compare(schools.get(id), &spec.name, garage);
        if outcome != ImportRowOutcome::Unchanged {
            import::put_school(tx, id, &spec.name, garage).await?;
        }
        if calendar(tx, spec).await? && outcome == ImportRowOutcome::Unchanged {
            outcome = ImportRowOutcome::Changed;
        }
        counts.schools.count(outcome);
        for class in &spec.classes {
            let outcome = compare(classes.get(class.id.as_str()), &class.name, id);
            if outcome != ImportRowOutcome::Unchanged {
                import::put_class(tx, class.id.as_str(), &class.name, id).await?;
            }
            counts.classes.count(outcome);
        }
    }
    Ok(())
}

/// True if the school's calendar has changed.
async fn calendar(tx: &mut Tx, spec: &SchoolSpec) -> Result<bool, ImportError> {
    let Some(entered) = &spec.calendar else { return Ok(false) };
    let wanted = school_calendar::check(entered)?;
    if stored_calendar::school::calendar(tx, &spec.id).await? == wanted {
        return Ok(false);
    }
    stored_calendar::raise_version(tx).await?;
    stored_calendar::school::put(tx, &spec.id, &wanted).await?;
    Ok(true)
}

fn compare(before: Option<&(String, String)>, name: &str, owner: &str) -> ImportRowOutcome {
    match before {
        None => ImportRowOutcome::Added,
        Some((known, of)) if known == name && of == owner => ImportRowOutcome::Unchanged,
        Some(_) => ImportRowOutcome::Changed,
    }
}

pub(super) async fn operators(
    tx: &mut Tx,
    specs: &[OperatorSpec],
    counts: &mut ImportCounts,
) -> Result<(), StoreError> {
    let known = import::operators(tx).await?;
    for spec in specs {
        let before = known.iter().find(|row| row.username == spec.username);
        let id = before.map_or_else(|| Uuid::now_v7().to_string(), |row| row.id.clone());
        let row = OperatorRow { id, username: spec.username.clone(), name: spec.name.clone() };
        let mut outcome = match before {
            None => {
                import::insert_operator(tx, &row).await?;
                ImportRowOutcome::Added
            }
            Some(before) if *before == row => ImportRowOutcome::Unchanged,
            Some(_) => {
                import::update_operator(tx, &row).await?;
                ImportRowOutcome::Changed
            }
        };
        if operates(tx, &row.id, spec).await? && outcome == ImportRowOutcome::Unchanged {
            outcome = ImportRowOutcome::Changed;
        }
        counts.operators.count(outcome);
    }
    Ok(())
}

/// True if the operator's garages have changed.
async fn operates(tx: &mut Tx, operator: &str, spec: &OperatorSpec) -> Result<bool, StoreError> {
    let before = import::operates(tx, operator).await?;
    let wanted: HashSet<String> = spec.garages.iter().map(|id| id.as_str().to_owned()).collect();
    for garage in before.difference(&wanted) {
        import::delete_operates(tx, operator, garage).await?;
    }
    for garage in wanted.difference(&before) {
        import::insert_operates(tx, operator, garage).await?;
    }
    Ok(before != wanted)
}
