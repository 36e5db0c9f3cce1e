//! Checks whether content that is not understood resembles a reading: whether it has a plate, a trigger or a picture.
//!
//! Field names are compared by whole words, so that the `plateCount` of a heartbeat does not match.

use domain::plate::Plate;

use crate::body::{MessageBody, find};
use crate::field_tree::FieldTree;

/// Words of a field name that indicate a vehicle in view of the camera.
const SUBJECTS: [&str; 24] = [
    "plate",
    "plates",
    "license",
    "licence",
    "lpr",
    "anpr",
    "trigger",
    "picture",
    "pictures",
    "pic",
    "image",
    "images",
    "photo",
    "jpeg",
    "jpg",
    "snapshot",
    "licenseplate",
    "licenceplate",
    "numberplate",
    "platenumber",
    "plateno",
    "platenum",
    "carno",
    "carplate",
];

/// Chinese words; they may occur anywhere in a name, because Chinese has no spaces between words.
const CHINESE_SUBJECTS: [&str; 5] = ["车牌", "号牌", "车号", "抓拍", "图片"];

/// Last words that mark a field as a setting or a figure.
const FIGURES: [&str; 26] = [
    "count",
    "counts",
    "total",
    "size",
    "len",
    "length",
    "width",
    "height",
    "enable",
    "enabled",
    "support",
    "supported",
    "mode",
    "version",
    "interval",
    "server",
    "port",
    "url",
    "quality",
    "limit",
    "max",
    "min",
    "switch",
    "status",
    "list",
    "format",
];

/// Whether the body has a field that occurs only in readings.
pub(crate) fn resembles_reading(body: &MessageBody, bytes: &[u8]) -> bool {
    body.has_picture || in_tree(&body.fields) || (body.fields == FieldTree::Null && in_bytes(bytes))
}

pub(crate) fn in_tree(fields: &FieldTree) -> bool {
    let mut is_found = matches!(fields, FieldTree::Picture);
    fields.visit(&mut |_, name, value| is_found |= names_subject(name) || has_subject(value));
    is_found
}

fn has_subject(value: &FieldTree) -> bool {
    match value {
        FieldTree::Picture => true,
        FieldTree::Text(text) => is_plate(text) || text.starts_with("/9j/") || text.starts_with("_9j_"),
        FieldTree::List(items) => items.iter().any(has_subject),
        _ => false,
    }
}

fn is_plate(text: &str) -> bool {
    // A text of only letters and digits may be a military plate or a serial number.
    !text.is_ascii() && Plate::parse(text).is_ok()
}

/// For bytes without a structure: any word counts.
fn in_bytes(bytes: &[u8]) -> bool {
    if find(bytes, b"/9j/").is_some() {
        return true;
    }
    let head = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default();
    let text = crate::text::decode(head, None).text;
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '·')
        .any(|token| names_subject(token) || is_plate(token))
}

/// Matches `plate_num`, `licensePlate`, `TriggerImage`, but not `plateCount`.
fn names_subject(name: &str) -> bool {
    let words = words(name);
    let is_figure = words.last().is_some_and(|last| FIGURES.contains(&last.as_str()));
    let is_subject = words.iter().any(|word| SUBJECTS.contains(&word.as_str()));
    (is_subject && !is_figure) || CHINESE_SUBJECTS.iter().any(|subject| name.contains(subject))
}

/// Lower-case words of `camelCase`, `snake_case`, `kebab-case` and `ABCWord`.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let chars: Vec<char> = name.chars().take(80).collect();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(|c| c.is_lowercase() || c.is_numeric())
                || (before.is_some_and(|c| c.is_uppercase()) && after.is_some_and(|c| c.is_lowercase())));
        if (begins || !c.is_alphabetic()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_count() {
        for name in [
            "licensePlate",
            "plate_num",
            "PlateNumber",
            "TriggerImage",
            "ANPR",
            "AlarmInfoPlate",
            "imageFile",
            "triggerType",
            "lpr-result",
            "车牌号",
            "picNum",
        ] {
            assert!(names_subject(name), "{name}");
        }
        for name in [
            "plateCount",
            "plate_list_count",
            "template",
            "serialno",
            "imageFileLen",
            "snapshotEnable",
            "topic",
            "picture_upload_interval",
            "licensing",
        ] {
            assert!(!names_subject(name), "{name}");
        }
    }
}
