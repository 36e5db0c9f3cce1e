//! Where in a document a value is wrong, as people write it: `lane[1].direction`.

use serde_path_to_error::{Path, Segment};

/// serde reports these on the object around the field; the name is only in the message.
const NAMED_IN_MESSAGE: [&str; 3] = ["missing field `", "unknown field `", "duplicate field `"];

/// `None` when the document as a whole is meant.
pub(crate) fn full_path(path: &Path, message: &str) -> Option<String> {
    let segments: Vec<&Segment> = path.iter().filter(|s| !matches!(s, Segment::Unknown)).collect();
    let mut full = match segments.is_empty() {
        true => String::new(),
        false => path.to_string().trim_end_matches(".?").to_owned(),
    };
    if let Some(name) = named_in(message) {
        let last = segments.last().map(ToString::to_string);
        if last.as_deref() != Some(name) {
            if !full.is_empty() {
                full.push('.');
            }
            full.push_str(name);
        }
    }
    (!full.is_empty()).then_some(full)
}

fn named_in(message: &str) -> Option<&str> {
    let rest = NAMED_IN_MESSAGE.iter().find_map(|start| message.strip_prefix(start))?;
    rest.split('`').next()
}
