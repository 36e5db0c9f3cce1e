//! The demo's data folder: one process at a time, secrets made once and kept.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

/// An open data folder; the lock is held as long as this lives.
pub struct Folder {
    path: PathBuf,
    pub secrets: Secrets,
    _lock: File,
}

/// Made at the first start, in `secrets.json`, readable by the owner only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secrets {
    pub data_key: [u8; 32],
    pub service_token: String,
    /// By MQTT user name: controllers, gateways and signs.
    pub mqtt: BTreeMap<String, String>,
    /// By garage.
    pub gateways: BTreeMap<String, String>,
}

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{0} is in use by another demo; stop it or give another --data DIR")]
    InUse(PathBuf),
    #[error("{path} cannot be used")]
    Io { path: PathBuf, source: io::Error },
    #[error("{0} is damaged; delete the data folder to start anew")]
    Damaged(PathBuf),
    #[error("the operating system gave no random bytes")]
    Random,
}

impl Folder {
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let io = |source| FolderError::Io { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(io)?;
        let lock = File::create(path.join("lock")).map_err(io)?;
        lock.try_lock().map_err(|_| FolderError::InUse(path.to_owned()))?;
        let secrets = Secrets::load(&path.join("secrets.json"))?;
        Ok(Self { path: path.to_owned(), secrets, _lock: lock })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The password of an MQTT user, made when first asked for.
    pub fn mqtt_password(&mut self, username: &str) -> Result<String, FolderError> {
        remembered(&mut self.secrets.mqtt, username)
    }

    /// The token of a garage's gateway, made when first asked for.
    pub fn gateway_token(&mut self, garage: &str) -> Result<String, FolderError> {
        remembered(&mut self.secrets.gateways, garage)
    }

    pub fn save(&self) -> Result<(), FolderError> {
        let path = self.file("secrets.json");
        self.secrets.store(&path).map_err(|source| FolderError::Io { path, source })
    }
}

fn remembered(secrets: &mut BTreeMap<String, String>, name: &str) -> Result<String, FolderError> {
    if let Some(secret) = secrets.get(name) {
        return Ok(secret.clone());
    }
    let secret = random_text()?;
    secrets.insert(name.to_owned(), secret.clone());
    Ok(secret)
}

fn random_bytes<const N: usize>() -> Result<[u8; N], FolderError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| FolderError::Random)?;
    Ok(bytes)
}

/// 128 random bits in hexadecimal.
fn random_text() -> Result<String, FolderError> {
    Ok(random_bytes::<16>()?.iter().map(|b| format!("{b:02x}")).collect())
}

impl Secrets {
    fn load(path: &Path) -> Result<Self, FolderError> {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| FolderError::Damaged(path.to_owned())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Self::new(),
            Err(source) => Err(FolderError::Io { path: path.to_owned(), source }),
        }
    }

    fn new() -> Result<Self, FolderError> {
        Ok(Self {
            data_key: random_bytes()?,
            service_token: random_text()?,
            mqtt: BTreeMap::new(),
            gateways: BTreeMap::new(),
        })
    }

    /// Written beside and renamed: a crash leaves the old file or the new one.
    fn store(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_kept_and_one_process_holds_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        let password = folder.mqtt_password("g.d").unwrap();
        folder.save().unwrap();
        assert!(matches!(Folder::open(dir.path()), Err(FolderError::InUse(_))));
        drop(folder);
        let mut again = Folder::open(dir.path()).unwrap();
        assert_eq!(again.mqtt_password("g.d").unwrap(), password);
    }
}
