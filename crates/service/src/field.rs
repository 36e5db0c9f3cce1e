//! Path of a wrong value in a document, in the notation `lane[1].direction`.

use serde_path_to_error::{Path, Segment};

/// serde reports these errors for the enclosing object; only the message contains the field's name.
const NAMED_IN_MESSAGE: [&str; 3] = ["missing field `", "unknown field `", "duplicate field `"];

/// The path of the error; `None` for an error of the whole document.
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
