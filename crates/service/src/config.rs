//! TOML configuration. Its errors contain the file, the line, the field and the fault.
//!
//! All structs loaded here use `#[serde(deny_unknown_fields)]`: a misspelt key is an error, never a silent default.

mod secret;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::text_file;

pub use secret::{SecretError, SecretSource, SecretText};

use crate::field;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {path}", path = path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}, line {line}: not TOML: {message}", path = path.display())]
    Syntax { path: PathBuf, line: usize, message: String },
    #[error("{path}, line {line}: `{field}`: {message}", path = path.display())]
    Field { path: PathBuf, line: usize, field: String, message: String },
    /// A well-formed value that is not acceptable; the process that uses it returns this error.
    #[error("`{field}`: {message}")]
    Invalid { field: String, message: String },
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl ConfigError {
    /// For checks across several fields, after [`load`].
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }
}

/// Reads a whole configuration file.
pub fn load<T: DeserializeOwned>(path: impl AsRef<Path>) -> Result<T, ConfigError> {
    let path = path.as_ref();
    let text = text_file::read(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    parse(path, &text)
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, ConfigError> {
    let syntax = |error: toml::de::Error| ConfigError::Syntax {
        path: path.to_owned(),
        line: line_of(text, error.span()),
        message: error.message().to_owned(),
    };
    let deserializer = toml::Deserializer::parse(text).map_err(syntax)?;
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let inner = error.inner();
        ConfigError::Field {
            path: path.to_owned(),
            line: line_of(text, inner.span()),
            field: field::full_path(error.path(), inner.message())
                .unwrap_or_else(|| "(top level)".to_owned()),
            message: inner.message().to_owned(),
        }
    })
}

/// Only the line's number, not its text: a misplaced secret must not appear in a log.
fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start);
    1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use std::fs;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Garage {
        #[expect(dead_code, reason = "only its deserialization is tested")]
        id: String,
        #[serde(default)]
        lane: Vec<Lane>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Lane {
        direction: Direction,
        #[expect(dead_code, reason = "only its deserialization is tested")]
        token: Option<SecretSource>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Direction {
        Entry,
        Exit,
    }

    fn error_of(text: &str) -> String {
        parse::<Garage>(Path::new("gateway.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn a_good_file_loads() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gateway.toml");
        fs::write(&path, "id = 'g1'\n[[lane]]\ndirection = 'entry'\n[[lane]]\ndirection = 'exit'\n").unwrap();
        let garage: Garage = load(&path).unwrap();
        assert_eq!(garage.lane.first().unwrap().direction, Direction::Entry);
    }

    #[test]
    fn a_wrong_value_is_named_with_its_full_path_and_line() {
        let message =
            error_of("id = 'g1'\n[[lane]]\ndirection = 'entry'\n[[lane]]\ndirection = 'sideways'\n");
        assert!(message.starts_with("gateway.toml, line 5: `lane[1].direction`: "), "{message}");
        assert!(message.contains("sideways") && message.contains("entry"), "{message}");
    }

    #[test]
    fn a_missing_field_is_named() {
        let message = error_of("id = 'g1'\n[[lane]]\n");
        assert!(message.contains("`lane[0].direction`: missing field"), "{message}");
        assert!(error_of("").contains("`id`: missing field"));
    }

    #[test]
    fn a_misspelt_field_is_named() {
        let message = error_of("id = 'g1'\n[[lane]]\ndirection = 'exit'\ncolour = 'red'\n");
        assert!(message.contains("`lane[0].colour`: unknown field"), "{message}");
    }

    #[test]
    fn a_secret_in_clear_is_refused_without_showing_it() {
        let message = error_of("id = 'g1'\n[[lane]]\ndirection = 'exit'\ntoken = { value = 'hunter2' }\n");
        assert!(message.contains("`lane[0].token"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }

    #[test]
    fn broken_toml_is_named_with_its_line() {
        let message = error_of("id = 'g1'\n[[lane]\n");
        assert!(message.starts_with("gateway.toml, line 2: not TOML: "), "{message}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = load::<Garage>("/nowhere/gateway.toml").unwrap_err();
        assert!(error.to_string().contains("/nowhere/gateway.toml"));
    }
}
