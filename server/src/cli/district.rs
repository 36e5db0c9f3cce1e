//! `server import`.

use std::path::{Path, PathBuf};

use protocol::district::DistrictSpec;
use server::app::App;
use server::app::import::{self, ImportError};

use super::{CommandFailure, CommandResult};

#[derive(Debug, thiserror::Error)]
pub(super) enum DistrictFileError {
    #[error("cannot read the district file {path}", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path}: `{field}`: {message}", path = path.display())]
    Json { path: PathBuf, field: String, message: String },
    #[error(transparent)]
    Toml(#[from] service::config::ConfigError),
    #[error("{path}: a district file ends in .toml or .json", path = path.display())]
    Ending { path: PathBuf },
}

/// An error names the path of its field.
pub(super) fn read(path: &Path) -> Result<DistrictSpec, DistrictFileError> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => Ok(service::config::load(path)?),
        Some("json") => read_json(path),
        Some(_) | None => Err(DistrictFileError::Ending { path: path.to_owned() }),
    }
}

fn read_json(path: &Path) -> Result<DistrictSpec, DistrictFileError> {
    let text = service::text_file::read(path)
        .map_err(|source| DistrictFileError::Read { path: path.to_owned(), source })?;
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| DistrictFileError::Json {
        path: path.to_owned(),
        field: error.path().to_string(),
        message: error.inner().to_string(),
    })
}

pub(super) async fn import(app: &App, district: &DistrictSpec) -> CommandResult {
    let counts = import::run_with(app, district, |step| eprintln!("import: {step} ...")).await;
    let counts = counts.map_err(|error| match error {
        ImportError::Invalid(invalid) => CommandFailure::input(invalid),
        ImportError::Random(_) | ImportError::Store(_) => CommandFailure::from(error),
    })?;
    for (what, tally) in counts.named() {
        println!(
            "{what:10} {:6} added {:6} changed {:6} unchanged",
            tally.added, tally.changed, tally.unchanged
        );
    }
    for told in import::contradictions(app, &district.garages).await? {
        eprintln!("warning: {told}");
    }
    Ok(())
}
