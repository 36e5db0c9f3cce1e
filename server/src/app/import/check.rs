//! Validation of a district file; each error has the path of its field.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use domain::ids::GarageId;
use domain::vehicle::PlateColor;
use protocol::district::{DistrictSpec, GarageSpec, OperatorSpec, PersonSpec, SchoolSpec};
use store::pool::StoredPool;
use store::seal::{SealPurpose, SealingKeyring};
use store::{StoreError, Tx, import, pool};

use super::{published, sharing};
use crate::app::calendar;
use crate::app::invalid_field::InvalidField;
use crate::app::sharing::pools;

/// Longest name of a person or class; the widest screen shows no more.
const MAX_NAME: usize = 40;
/// Longest name of a place; a guardian's relation fits as well.
const MAX_PLACE_NAME: usize = 80;
const MAX_ADDRESS: usize = 200;
const MAX_KEY: usize = 64;
/// More than the largest garage of the world has.
const MAX_CAPACITY: u32 = 100_000;

pub(super) type FieldCheckResult = Result<(), InvalidField>;

pub(super) fn invalid(field: String, message: impl Into<String>) -> FieldCheckResult {
    Err(InvalidField { field, message: message.into() })
}

/// Objects to which a file may refer: those in the database, then also those in the file.
#[derive(Debug, Default)]
pub(super) struct KnownReferences {
    garages: HashSet<String>,
    schools: HashSet<String>,
    classes: HashSet<String>,
    pupils: HashSet<Vec<u8>>,
    pools: HashMap<GarageId, Vec<StoredPool>>,
}

impl KnownReferences {
    pub(super) async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        Ok(Self {
            garages: import::garages(tx).await?.into_iter().map(|row| row.id).collect(),
            schools: import::schools(tx).await?.into_keys().collect(),
            classes: import::classes(tx).await?.into_keys().collect(),
            pupils: import::pupils(tx).await?.into_keys().collect(),
            pools: pool::everywhere(tx).await?,
        })
    }

    fn with(&self, district: &DistrictSpec, keys: &SealingKeyring) -> Self {
        let classes = || district.schools.iter().flat_map(|school| &school.classes);
        let pupils = classes().flat_map(|class| &class.pupils);
        Self {
            garages: joined(&self.garages, district.garages.iter().map(|g| g.id.as_str().to_owned())),
            schools: joined(&self.schools, district.schools.iter().map(|s| s.id.as_str().to_owned())),
            classes: joined(&self.classes, classes().map(|c| c.id.as_str().to_owned())),
            pupils: joined(&self.pupils, pupils.map(|p| keys.hash(SealPurpose::Key, &p.key))),
            pools: self.pools.clone(),
        }
    }
}

fn joined<T: Clone + Eq + Hash>(known: &HashSet<T>, new: impl Iterator<Item = T>) -> HashSet<T> {
    known.iter().cloned().chain(new).collect()
}

/// Detects values that occur twice in the file.
#[derive(Default)]
struct UniqueValues<'a>(HashSet<&'a str>);

impl<'a> UniqueValues<'a> {
    fn check(&mut self, field: String, value: &'a str) -> FieldCheckResult {
        if self.0.insert(value) { Ok(()) } else { invalid(field, format!("duplicate `{value}`")) }
    }
}

pub(super) fn check(
    district: &DistrictSpec,
    in_database: &KnownReferences,
    keys: &SealingKeyring,
) -> FieldCheckResult {
    let known = in_database.with(district, keys);
    let mut ids = UniqueValues::default();
    for (i, garage) in district.garages.iter().enumerate() {
        let at = format!("garages[{i}]");
        ids.check(format!("{at}.id"), garage.id.as_str())?;
        check_garage(&at, garage, &known)?;
    }
    check_schools(&district.schools, &known)?;
    let mut keys_of_people = UniqueValues::default();
    for (i, person) in district.people.iter().enumerate() {
        let at = format!("people[{i}]");
        text(format!("{at}.key"), &person.key, MAX_KEY)?;
        keys_of_people.check(format!("{at}.key"), &person.key)?;
        check_person(&at, person, &known, keys)?;
    }
    let mut usernames = UniqueValues::default();
    for (i, operator) in district.operators.iter().enumerate() {
        let at = format!("operators[{i}]");
        usernames.check(format!("{at}.username"), &operator.username)?;
        check_operator(&at, operator, &known)?;
    }
    district.source.as_ref().map_or(Ok(()), published::check_source)
}

pub(super) fn text(field: String, value: &str, max: usize) -> FieldCheckResult {
    let length = value.chars().count();
    if value.trim().is_empty() {
        invalid(field, "must not be empty")
    } else if length > max {
        invalid(field, format!("must be at most {max} characters long, is {length}"))
    } else if value.chars().any(char::is_control) {
        invalid(field, "must not contain control characters")
    } else {
        Ok(())
    }
}

fn plate_color(field: String, color: Option<PlateColor>) -> FieldCheckResult {
    match color {
        Some(PlateColor::Other) => {
            invalid(field, "must be `blue`, `yellow`, `white`, `black`, `green` or `yellow_green`")
        }
        _ => Ok(()),
    }
}

fn known_id(field: String, id: &str, known: &HashSet<String>, what: &str) -> FieldCheckResult {
    if known.contains(id) { Ok(()) } else { invalid(field, format!("there is no {what} `{id}`")) }
}

fn check_garage(at: &str, garage: &GarageSpec, known: &KnownReferences) -> FieldCheckResult {
    text(format!("{at}.name"), &garage.name, MAX_PLACE_NAME)?;
    text(format!("{at}.name_en"), &garage.name_en, MAX_PLACE_NAME)?;
    text(format!("{at}.operator_name"), &garage.operator_name, MAX_PLACE_NAME)?;
    text(format!("{at}.address"), &garage.address, MAX_ADDRESS)?;
    degrees(format!("{at}.lat"), garage.lat, 90.0)?;
    degrees(format!("{at}.lon"), garage.lon, 180.0)?;
    if garage.capacity == 0 || garage.capacity > MAX_CAPACITY {
        return invalid(format!("{at}.capacity"), format!("must be 1 to {MAX_CAPACITY}"));
    }
    for (j, permit) in garage.permits.iter().enumerate() {
        plate_color(format!("{at}.permits[{j}].plate_color"), permit.plate_color)?;
    }
    if let Some(spec) = &garage.published {
        published::check(&format!("{at}.published"), spec)?;
    }
    let stored = known.pools.get(&garage.id).map(Vec::as_slice).unwrap_or_default();
    let pools = pools::or_known(&garage.pools, stored, garage.capacity);
    pools::check(&format!("{at}.pools"), &pools, garage.capacity)?;
    let windows = sharing::windows_of(at, garage, &pools)?;
    for (j, window) in windows.iter().enumerate() {
        for (k, group) in window.stagger.iter().enumerate() {
            let field = format!("{at}.windows[{j}].stagger[{k}].class");
            known_id(field, group.class.as_str(), &known.classes, "class")?;
        }
    }
    Ok(())
}

fn degrees(field: String, value: f64, max: f64) -> FieldCheckResult {
    // `contains` is false for NaN.
    if (-max..=max).contains(&value) { Ok(()) } else { invalid(field, format!("must be -{max} to {max}")) }
}

fn check_schools(schools: &[SchoolSpec], known: &KnownReferences) -> FieldCheckResult {
    let (mut school_ids, mut class_ids, mut pupil_keys) =
        (UniqueValues::default(), UniqueValues::default(), UniqueValues::default());
    for (i, school) in schools.iter().enumerate() {
        let at = format!("schools[{i}]");
        school_ids.check(format!("{at}.id"), school.id.as_str())?;
        text(format!("{at}.name"), &school.name, MAX_PLACE_NAME)?;
        known_id(format!("{at}.garage"), school.garage.as_str(), &known.garages, "garage")?;
        check_calendar(&at, school)?;
        for (j, class) in school.classes.iter().enumerate() {
            let at = format!("{at}.classes[{j}]");
            class_ids.check(format!("{at}.id"), class.id.as_str())?;
            text(format!("{at}.name"), &class.name, MAX_NAME)?;
            for (k, pupil) in class.pupils.iter().enumerate() {
                let at = format!("{at}.pupils[{k}]");
                text(format!("{at}.key"), &pupil.key, MAX_KEY)?;
                pupil_keys.check(format!("{at}.key"), &pupil.key)?;
                text(format!("{at}.name"), &pupil.name, MAX_NAME)?;
            }
        }
    }
    Ok(())
}

fn check_calendar(at: &str, school: &SchoolSpec) -> FieldCheckResult {
    let Some(calendar) = &school.calendar else { return Ok(()) };
    match calendar::school::check(calendar) {
        Ok(_) => Ok(()),
        Err(InvalidField { field, message }) => invalid(format!("{at}.calendar.{field}"), message),
    }
}

fn check_person(
    at: &str,
    person: &PersonSpec,
    known: &KnownReferences,
    keys: &SealingKeyring,
) -> FieldCheckResult {
    text(format!("{at}.name"), &person.name, MAX_NAME)?;
    for (j, class) in person.teaches.iter().enumerate() {
        known_id(format!("{at}.teaches[{j}]"), class.as_str(), &known.classes, "class")?;
    }
    let mut children = UniqueValues::default();
    for (j, child) in person.children.iter().enumerate() {
        let at = format!("{at}.children[{j}]");
        if !known.pupils.contains(&keys.hash(SealPurpose::Key, &child.pupil)) {
            return invalid(
                format!("{at}.pupil"),
                format!("there is no pupil with the key `{}`", child.pupil),
            );
        }
        children.check(format!("{at}.pupil"), &child.pupil)?;
        text(format!("{at}.relation"), &child.relation, MAX_NAME)?;
    }
    for (plate, color) in &person.plate_colors {
        let field = format!("{at}.plate_colors.{plate}");
        if !person.plates.contains(plate) {
            return invalid(field, "this plate is not in `plates`");
        }
        plate_color(field, Some(*color))?;
    }
    match &person.hall {
        Some(school) => known_id(format!("{at}.hall"), school.as_str(), &known.schools, "school"),
        None => Ok(()),
    }
}

fn check_operator(at: &str, operator: &OperatorSpec, known: &KnownReferences) -> FieldCheckResult {
    text(format!("{at}.username"), &operator.username, MAX_NAME)?;
    text(format!("{at}.name"), &operator.name, MAX_NAME)?;
    for (j, garage) in operator.garages.iter().enumerate() {
        known_id(format!("{at}.garages[{j}]"), garage.as_str(), &known.garages, "garage")?;
    }
    Ok(())
}
