//! The file of the box's own credential. It is replaced as a whole and synced, so that a power cut leaves the old one
//! or the new one. Only its owner may read it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::enrolment::{GatewayCredential, GatewayCredentialError};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

const NAME: &str = "credential.json";
/// Written first, then renamed.
const NEW: &str = "credential.json.new";
const OWNER_ONLY: u32 = 0o600;

/// Error of reading, generating or writing the credential.
#[derive(Debug, thiserror::Error)]
pub enum CredentialFileError {
    #[error("cannot read {path}", path = path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is damaged: enrol this box again", path = path.display())]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("cannot write {path}", path = path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("the system gave no random numbers")]
    Random,
}

/// Content of the file.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialFile {
    /// The credential that the server knows; absent until the first enrolment has a response.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub current: Option<String>,
    /// The next credential, which the server may have received already.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<GatewayCredential>,
}

pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

impl CredentialFile {
    /// `None` when there is no file.
    pub(crate) fn load(folder: &Path) -> Result<Option<Self>, CredentialFileError> {
        let path = path(folder);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CredentialFileError::Read { path, source }),
        };
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|source| CredentialFileError::Damaged { path, source })
    }

    /// Returns once the file is on disk.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), CredentialFileError> {
        let path = path(folder);
        self.replace(folder, &path).map_err(|source| CredentialFileError::Write { path, source })
    }

    fn replace(&self, folder: &Path, path: &Path) -> io::Result<()> {
        let new = folder.join(NEW);
        let mut options = OpenOptions::new();
        // Removed first: a file left by a crash may have other permissions.
        let _ = fs::remove_file(&new);
        let mut file = options.write(true).create_new(true).mode(OWNER_ONLY).open(&new)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(folder)?.sync_all()
    }
}

/// Generates a credential of 32 random bytes.
pub(crate) fn make() -> Result<GatewayCredential, CredentialFileError> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| CredentialFileError::Random)?;
    let text = format!("{}{}", GatewayCredential::PREFIX, URL_SAFE_NO_PAD.encode(bytes));
    GatewayCredential::parse(&text).map_err(|GatewayCredentialError| CredentialFileError::Random)
}
