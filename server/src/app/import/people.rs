//! Import of pupils and people. Names are compared in plain text: sealing the same name twice gives two ciphertexts.

use std::collections::{HashMap, HashSet};

use domain::ids::VehicleId;
use domain::time::Timestamp;
use protocol::district::{PersonSpec, SchoolSpec};
use store::import::{ImportedGuardianship, PersonRow, PupilRow};
use store::seal::{SealPurpose, SealingKeyring};
use store::{Tx, codec, import, person};
use uuid::Uuid;

use super::{ImportCounts, ImportError, ImportRowOutcome};

pub(super) async fn pupils(
    tx: &mut Tx,
    keys: &SealingKeyring,
    schools: &[SchoolSpec],
    counts: &mut ImportCounts,
) -> Result<(), ImportError> {
    let known = import::pupils(tx).await?;
    for class in schools.iter().flat_map(|school| &school.classes) {
        for spec in &class.pupils {
            let key_hash = keys.hash(SealPurpose::Key, &spec.key);
            let before = known.get(&key_hash);
            let outcome = match before {
                None => ImportRowOutcome::Added,
                Some(row)
                    if row.class_id == class.id.as_str()
                        && keys.open(SealPurpose::PupilName, &row.name_enc)? == spec.name =>
                {
                    ImportRowOutcome::Unchanged
                }
                Some(_) => ImportRowOutcome::Changed,
            };
            let row = || -> Result<PupilRow, ImportError> {
                Ok(PupilRow {
                    id: before.map_or_else(new_id, |row| row.id.clone()),
                    class_id: class.id.as_str().to_owned(),
                    name_enc: keys.seal(SealPurpose::PupilName, &spec.name)?,
                    key_hash: key_hash.clone(),
                })
            };
            match outcome {
                ImportRowOutcome::Added => import::insert_pupil(tx, &row()?).await?,
                ImportRowOutcome::Changed => import::update_pupil(tx, &row()?).await?,
                ImportRowOutcome::Unchanged => {}
            }
            counts.pupils.count(outcome);
        }
    }
    Ok(())
}

fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// The stored people and pupils, read once.
struct StoredPeople {
    people: HashMap<Vec<u8>, PersonRow>,
    pupils: HashMap<Vec<u8>, PupilRow>,
    teaches: HashMap<String, HashSet<String>>,
    children: HashMap<String, HashMap<String, ImportedGuardianship>>,
    vehicles: HashSet<(String, Vec<u8>)>,
}

impl StoredPeople {
    async fn read(tx: &mut Tx) -> Result<Self, ImportError> {
        let mut teaches: HashMap<String, HashSet<String>> = HashMap::new();
        for (person, class) in import::teaches(tx).await? {
            teaches.entry(person).or_default().insert(class);
        }
        let mut children: HashMap<String, HashMap<String, ImportedGuardianship>> = HashMap::new();
        for ((person, pupil), guardianship) in import::guardianships(tx).await? {
            children.entry(person).or_default().insert(pupil, guardianship);
        }
        Ok(Self {
            people: import::people(tx).await?,
            pupils: import::pupils(tx).await?,
            teaches,
            children,
            vehicles: import::vehicles(tx).await?,
        })
    }
}

pub(super) async fn people(
    tx: &mut Tx,
    keys: &SealingKeyring,
    specs: &[PersonSpec],
    now: Timestamp,
    counts: &mut ImportCounts,
) -> Result<(), ImportError> {
    let known = StoredPeople::read(tx).await?;
    for spec in specs {
        let (id, mut outcome) = record(tx, keys, &known, spec).await?;
        let mut changed = teaches(tx, &known, &id, spec).await?;
        changed |= children(tx, keys, &known, &id, spec).await?;
        changed |= vehicles(tx, keys, &known, &id, spec, now).await?;
        if changed && outcome == ImportRowOutcome::Unchanged {
            outcome = ImportRowOutcome::Changed;
        }
        counts.people.count(outcome);
    }
    Ok(())
}

async fn record(
    tx: &mut Tx,
    keys: &SealingKeyring,
    known: &StoredPeople,
    spec: &PersonSpec,
) -> Result<(String, ImportRowOutcome), ImportError> {
    let key_hash = keys.hash(SealPurpose::Key, &spec.key);
    let before = known.people.get(&key_hash);
    let hall = spec.hall.as_ref().map(|school| school.as_str().to_owned());
    if let Some(row) = before {
        let same =
            row.hall_school_id == hall && keys.open(SealPurpose::PersonName, &row.name_enc)? == spec.name;
        if same {
            return Ok((row.id.clone(), ImportRowOutcome::Unchanged));
        }
    }
    let row = PersonRow {
        id: before.map_or_else(new_id, |row| row.id.clone()),
        key_hash,
        name_enc: keys.seal(SealPurpose::PersonName, &spec.name)?,
        hall_school_id: hall,
    };
    let outcome = if before.is_some() {
        import::update_person(tx, &row).await?;
        ImportRowOutcome::Changed
    } else {
        import::insert_person(tx, &row).await?;
        ImportRowOutcome::Added
    };
    Ok((row.id, outcome))
}

async fn teaches(
    tx: &mut Tx,
    known: &StoredPeople,
    person: &str,
    spec: &PersonSpec,
) -> Result<bool, ImportError> {
    let none = HashSet::new();
    let before = known.teaches.get(person).unwrap_or(&none);
    let wanted: HashSet<String> = spec.teaches.iter().map(|class| class.as_str().to_owned()).collect();
    for class in before.difference(&wanted) {
        import::delete_teaches(tx, person, class).await?;
    }
    for class in wanted.difference(before) {
        import::insert_teaches(tx, person, class).await?;
    }
    Ok(*before != wanted)
}

async fn children(
    tx: &mut Tx,
    keys: &SealingKeyring,
    known: &StoredPeople,
    person: &str,
    spec: &PersonSpec,
) -> Result<bool, ImportError> {
    let none = HashMap::new();
    let before = known.children.get(person).unwrap_or(&none);
    let mut wanted = HashMap::new();
    for child in &spec.children {
        // The check has found every child; pupils of this file are already stored.
        let Some(pupil) = known.pupils.get(&keys.hash(SealPurpose::Key, &child.pupil)) else { continue };
        let guardianship =
            ImportedGuardianship { relation: child.relation.clone(), blocked: i64::from(child.blocked) };
        wanted.insert(pupil.id.clone(), guardianship);
    }
    for pupil in before.keys().filter(|pupil| !wanted.contains_key(*pupil)) {
        import::delete_guardianship(tx, person, pupil).await?;
    }
    for (pupil, guardianship) in wanted.iter().filter(|(pupil, new)| before.get(*pupil) != Some(*new)) {
        import::put_guardianship(tx, person, pupil, guardianship).await?;
    }
    Ok(*before != wanted)
}

/// Adds the file's plates to those that the person has registered.
async fn vehicles(
    tx: &mut Tx,
    keys: &SealingKeyring,
    known: &StoredPeople,
    person: &str,
    spec: &PersonSpec,
    now: Timestamp,
) -> Result<bool, ImportError> {
    let mut changed = false;
    for plate in &spec.plates {
        let sealed = keys.sealed(SealPurpose::Plate, plate.as_str())?;
        let owner = codec::id("person.id", person)?;
        let color = spec.plate_colors.get(plate).copied();
        if !known.vehicles.contains(&(person.to_owned(), sealed.hash.clone())) {
            changed |=
                person::insert_vehicle(tx, VehicleId::from(Uuid::now_v7()), owner, &sealed, color, now)
                    .await?;
        } else if let Some(color) = color {
            changed |= person::set_vehicle_color(tx, owner, &sealed.hash, color).await?;
        }
    }
    Ok(changed)
}
