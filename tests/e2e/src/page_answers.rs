//! Compares the answers of the pages' fakes (`pages/fake-*.mjs`) with the types of our API.
//!
//! A body has the form of a type if the type reads it and writes it again unchanged: with the same keys, no more and no
//! fewer.

mod difference;
mod shape;

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// One line of the file that the fakes write: an answer that a page received.
#[derive(Debug, Deserialize)]
struct RecordedAnswer {
    /// `METHOD path`; `FRAME path` for a frame of a WebSocket.
    call: String,
    status: u16,
    body: Value,
}

/// Every difference between the recorded answers and our API, each once.
pub fn differences(recording: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(recording).unwrap_or_default();
    if text.is_empty() {
        return vec![format!("no answer was recorded in {}", recording.display())];
    }
    let mut found: Vec<String> = text.lines().filter_map(|line| fault(line).err()).collect();
    found.sort();
    found.dedup();
    found
}

fn fault(line: &str) -> Result<(), String> {
    let answer: RecordedAnswer = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
    let check = match answer.status {
        200..=299 => shape::of_call(&answer.call),
        _ => Some(shape::PROBLEM),
    };
    let call = format!("{} {}", answer.call, answer.status);
    let check = check.ok_or_else(|| format!("{call}: our API has no such call"))?;
    check(&answer.body).map_err(|difference| format!("{call}: {difference}"))
}

/// Every difference between the files of `pages/golden` and our API.
pub fn golden_differences() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pages/golden");
    let Ok(files) = std::fs::read_dir(folder) else { return vec!["no golden files".to_owned()] };
    let files: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    let mut found: Vec<String> = files.iter().filter_map(|file| golden_fault(file).err()).collect();
    let has_file = |name: &&str| files.iter().any(|file| file.file_stem().is_some_and(|stem| stem == *name));
    found.extend(shape::golden_names().filter(|name| !has_file(name)).map(|name| format!("{name}: no file")));
    found.sort();
    found
}

fn golden_fault(path: &Path) -> Result<(), String> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let check = shape::of_golden(&name).ok_or_else(|| format!("{name}: no type for this file"))?;
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let body: Value = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
    check(&body).map_err(|difference| format!("{name}: {difference}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golden_files_of_the_fakes_have_the_form_of_our_api() {
        assert_eq!(golden_differences(), Vec::<String>::new());
    }

    #[test]
    fn an_answer_with_a_strange_key_or_without_a_key_is_a_difference() {
        let plate = r#"{"call":"POST /api/v1/plates","status":201,"body":{"id":"0192f3a4-0000-7000-8000-000000000001","plate":"B12345"BODY}}"#;
        assert_eq!(fault(&plate.replace("BODY", "")), Ok(()));
        let strange = fault(&plate.replace("BODY", r#","colour":"blue""#));
        assert_eq!(strange, Err("POST /api/v1/plates 201: .colour is not a key of the type".to_owned()));
        let page = r#"{"call":"GET /api/v1/reservations","status":200,"body":{"items":[]}}"#;
        assert_eq!(fault(page), Err("GET /api/v1/reservations 200: .next is missing".to_owned()));
        let unknown = r#"{"call":"GET /api/v1/cars","status":200,"body":{}}"#;
        assert_eq!(fault(unknown), Err("GET /api/v1/cars 200: our API has no such call".to_owned()));
    }
}
