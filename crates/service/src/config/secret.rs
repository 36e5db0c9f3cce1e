//! Secrets come from a file or from the environment, never from the configuration itself, and never appear in a log.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Read permission for others, in the last three bits of a file's mode.
const WORLD_READABLE: u32 = 0o004;

/// A value whose `Debug` and `Display` hide it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// For the one caller that passes it to a client, a cipher or a hash.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl fmt::Display for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// In TOML `{ file = "/run/secrets/token" }` or `{ env = "TOKEN" }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretSource {
    File(PathBuf),
    Env(String),
}

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("`{field}`: cannot read the file {path}", path = path.display())]
    Read { field: String, path: PathBuf, source: io::Error },
    #[error("`{field}`: the file {path} is empty", path = path.display())]
    EmptyFile { field: String, path: PathBuf },
    #[error("`{field}`: the environment variable {name} is not set")]
    Unset { field: String, name: String },
    #[error("`{field}`: the environment variable {name} is empty")]
    EmptyVariable { field: String, name: String },
}

impl SecretSource {
    /// Reads the secret and trims white space. `field` is its path in the configuration, for the error.
    pub fn resolve(&self, field: &str) -> Result<SecretText, SecretError> {
        match self {
            Self::File(path) => from_file(field, path),
            Self::Env(name) => from_env(field, name),
        }
    }
}

fn from_file(field: &str, path: &Path) -> Result<SecretText, SecretError> {
    let named = |source| SecretError::Read { field: field.to_owned(), path: path.to_owned(), source };
    let text = crate::text_file::read(path).map_err(named)?;
    if is_world_readable(path).map_err(named)? {
        tracing::warn!(field, path = %path.display(), "secret file is world-readable; chmod 600 it");
    }
    match text.trim() {
        "" => Err(SecretError::EmptyFile { field: field.to_owned(), path: path.to_owned() }),
        value => Ok(SecretText::new(value)),
    }
}

fn from_env(field: &str, name: &str) -> Result<SecretText, SecretError> {
    match std::env::var(name).as_deref().map(str::trim) {
        Err(_) => Err(SecretError::Unset { field: field.to_owned(), name: name.to_owned() }),
        Ok("") => Err(SecretError::EmptyVariable { field: field.to_owned(), name: name.to_owned() }),
        Ok(value) => Ok(SecretText::new(value)),
    }
}

fn is_world_readable(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.permissions().mode() & WORLD_READABLE != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        token: SecretSource,
    }

    fn source(toml: &str) -> SecretSource {
        toml::from_str::<Holder>(toml).unwrap().token
    }

    #[test]
    fn a_secret_never_shows() {
        let secret = SecretText::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** Secret(***) Some(Secret(***))");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_file_is_trimmed_and_an_empty_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let token = source(&format!("token = {{ file = '{}' }}", path.display()));
        assert!(token.resolve("api.token").unwrap_err().to_string().starts_with("`api.token`: cannot read"));
        fs::write(&path, "  hunter2\n").unwrap();
        assert_eq!(token.resolve("api.token").unwrap().expose(), "hunter2");
        fs::write(&path, " \n").unwrap();
        assert!(token.resolve("api.token").unwrap_err().to_string().ends_with("is empty"));
    }

    #[test]
    fn a_file_that_everyone_may_read_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(is_world_readable(&path).unwrap());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(!is_world_readable(&path).unwrap());
    }

    #[test]
    fn the_environment_serves_and_an_unset_name_is_said() {
        // PATH is the one variable that every test process has.
        assert!(!source("token = { env = 'PATH' }").resolve("t").unwrap().expose().is_empty());
        let error = source("token = { env = 'NO_SUCH_VARIABLE_HERE' }").resolve("api.token").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`api.token`: the environment variable NO_SUCH_VARIABLE_HERE is not set"
        );
    }
}
