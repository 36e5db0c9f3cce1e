//! Every corpus file with one damaged field: a reading never becomes ignored content.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::common::CorpusFile;
use devices::message::{DeviceMessage, MessageContent, PlateReading};
use testkit::mutation::{FieldMutation, mutations};

fn readings(message: &DeviceMessage) -> Vec<&PlateReading> {
    let mut readings = Vec::new();
    for content in &message.contents {
        if let MessageContent::Reading(reading) = content {
            readings.push(reading);
        }
    }
    readings
}

fn is_visible(message: &DeviceMessage) -> bool {
    let is_visible = |content: &MessageContent| {
        matches!(content, MessageContent::Reading(_) | MessageContent::NotUnderstood(_))
    };
    message.contents.iter().any(is_visible)
}

/// Whether the field is one of the plate, or contains one.
fn concerns_plate(mutation: &FieldMutation) -> bool {
    const NAMES: [&str; 10] = [
        "license",
        "plate_num",
        "platenumber",
        "licenseplate",
        "originallicenseplate",
        "isexist",
        "is_encrypted",
        "type",
        "plate_number",
        "eventtype",
    ];
    let name = mutation.field.rsplit('.').next().unwrap_or_default().to_lowercase();
    let name = name.rsplit(':').next().unwrap_or_default();
    mutation.is_group || NAMES.contains(&name)
}

fn check(file: &CorpusFile, original: &DeviceMessage, mutation: &FieldMutation) -> Result<(), String> {
    let what = || format!("{}/{} {} {:?}", file.make.id(), file.name, mutation.field, mutation.damage);
    let decoded = catch_unwind(AssertUnwindSafe(|| file.decode(&mutation.bytes)))
        .map_err(|_| format!("{}: a panic", what()))?;
    if decoded.contents.is_empty() {
        return Err(format!("{}: no content", what()));
    }
    let before = readings(original);
    if before.is_empty() {
        return Ok(());
    }
    // A heartbeat or another event that contained a reading is again a plain one without it.
    let is_contradictory = ["-with-plate", "-with-reading"].iter().any(|name| file.name.contains(name));
    let may_vanish = is_contradictory && mutation.is_group;
    if !is_visible(&decoded) && !may_vanish {
        return Err(format!("{}: a reading became {:?}", what(), decoded.contents));
    }
    let is_known = |reading: &&&PlateReading| before.iter().any(|before| before.plate == reading.plate);
    let after = readings(&decoded);
    match after.iter().find(|reading| !is_known(reading)) {
        Some(other) if !concerns_plate(mutation) => {
            Err(format!("{}: the plate became {:?}", what(), other.plate))
        }
        _ => Ok(()),
    }
}

fn holds(make: &str) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in crate::common::files(make) {
        let original = file.decode(&file.bytes);
        for mutation in mutations(&file.bytes) {
            count += 1;
            wrong.extend(check(&file, &original, &mutation).err());
        }
    }
    assert!(count > 500, "only {count} mutations of {make}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_damaged_reading_of_zhenshi_by_http_is_not_ignored() {
    holds("zhenshi-http");
}

#[test]
fn a_damaged_reading_of_zhenshi_by_mqtt_is_not_ignored() {
    holds("zhenshi-mqtt");
}

#[test]
fn a_damaged_reading_of_hikvision_is_not_ignored() {
    holds("hikvision");
}

#[test]
fn a_damaged_reading_of_dahua_is_not_ignored() {
    holds("dahua");
}

#[test]
fn a_damaged_reading_of_huaxia_is_not_ignored() {
    holds("huaxia");
}
