//! The data folder, locked for one process, with secrets that are generated once.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use service::private_files;

/// The file with the data key and the broker's passwords.
pub const SECRETS: &str = "secrets.json";

/// Beginnings of the names of all entries of the folder.
const OWN_ENTRIES: [&str; 7] =
    ["lock", SECRETS, "server.sqlite", "service.token", "district.json", "devices", "gateways"];

/// An open data folder; it holds the lock until it is dropped.
pub struct DataFolder {
    path: PathBuf,
    pub secrets: FolderSecrets,
    _lock: File,
}

/// Content of `secrets.json`: generated at the first start, readable by the owner only.
#[derive(Clone, Serialize, Deserialize)]
pub struct FolderSecrets {
    pub data_key: [u8; 32],
    /// By MQTT user name: controllers, gateways and signs.
    pub mqtt: BTreeMap<String, String>,
}

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    #[error("{0} is in use by another demo; stop it or give another --data DIR")]
    InUse(PathBuf),
    #[error("{path} cannot be used")]
    Io { path: PathBuf, source: io::Error },
    #[error("{0} is damaged. Restore it from a backup, or give another --data DIR to start anew")]
    Damaged(PathBuf),
    #[error(
        "the data key in {secrets} is not the one that {database} was filled with. This version uses a folder whose files \
         belong together: restore both from one backup, or give another --data DIR",
        secrets = secrets.display(), database = database.display()
    )]
    WrongKey { secrets: PathBuf, database: PathBuf },
    #[error("the operating system gave no random bytes")]
    Random,
}

impl DataFolder {
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        let io = |source| DataFolderError::Io { path: path.to_owned(), source };
        private_files::create_folder(path).map_err(io)?;
        let lock = private_files::create(&path.join("lock")).map_err(io)?;
        lock.try_lock().map_err(|_| DataFolderError::InUse(path.to_owned()))?;
        if let Some(foreign) = private_files::tighten_folder(path, &OWN_ENTRIES).map_err(io)? {
            let foreign = foreign.to_string_lossy();
            tracing::warn!(folder = %path.display(), %foreign, "data folder has other files; its permissions stay as they are");
        }
        let secrets = FolderSecrets::load(&path.join(SECRETS))?;
        Ok(Self { path: path.to_owned(), secrets, _lock: lock })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The password of an MQTT user; the first call generates it.
    pub fn mqtt_password(&mut self, username: &str) -> Result<String, DataFolderError> {
        if let Some(password) = self.secrets.mqtt.get(username) {
            return Ok(password.clone());
        }
        let password = random_text()?;
        self.secrets.mqtt.insert(username.to_owned(), password.clone());
        Ok(password)
    }

    /// Writes a secret to a file for another part of this process, or for the person who tries the demo.
    pub fn write_secret(&self, name: &str, secret: &str) -> Result<PathBuf, DataFolderError> {
        let path = self.file(name);
        let io = |source| DataFolderError::Io { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            private_files::create_folder(parent).map_err(io)?;
        }
        private_files::replace(&path, secret.as_bytes()).map_err(io)?;
        Ok(path)
    }

    pub fn save(&self) -> Result<(), DataFolderError> {
        let path = self.file(SECRETS);
        self.secrets.store(&path).map_err(|source| DataFolderError::Io { path, source })
    }
}

fn random_bytes<const N: usize>() -> Result<[u8; N], DataFolderError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| DataFolderError::Random)?;
    Ok(bytes)
}

/// 128 random bits in hexadecimal.
fn random_text() -> Result<String, DataFolderError> {
    Ok(random_bytes::<16>()?.iter().map(|b| format!("{b:02x}")).collect())
}

impl FolderSecrets {
    fn load(path: &Path) -> Result<Self, DataFolderError> {
        match fs::read(path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|_| DataFolderError::Damaged(path.to_owned()))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Self::new(),
            Err(source) => Err(DataFolderError::Io { path: path.to_owned(), source }),
        }
    }

    fn new() -> Result<Self, DataFolderError> {
        Ok(Self { data_key: random_bytes()?, mqtt: BTreeMap::new() })
    }

    fn store(&self, path: &Path) -> io::Result<()> {
        private_files::replace(path, &serde_json::to_vec_pretty(self)?)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn secrets_are_kept_and_one_process_holds_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = DataFolder::open(dir.path()).unwrap();
        let password = folder.mqtt_password("g.d").unwrap();
        folder.save().unwrap();
        assert!(matches!(DataFolder::open(dir.path()), Err(DataFolderError::InUse(_))));
        drop(folder);
        let mut again = DataFolder::open(dir.path()).unwrap();
        assert_eq!(again.mqtt_password("g.d").unwrap(), password);
    }

    #[test]
    fn the_folder_is_the_owners_alone_also_if_an_earlier_version_made_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        fs::create_dir_all(path.join("gateways/g")).unwrap();
        for name in ["server.sqlite", "gateways/g/outbox.sqlite"] {
            fs::write(path.join(name), "").unwrap();
            fs::set_permissions(path.join(name), fs::Permissions::from_mode(0o644)).unwrap();
        }
        let folder = DataFolder::open(&path).unwrap();
        folder.write_secret("devices/g.d", "secret").unwrap();
        let mode = |name: &str| fs::metadata(path.join(name)).unwrap().permissions().mode() & 0o777;
        let files = ["lock", "devices/g.d", "server.sqlite", "gateways/g/outbox.sqlite"];
        assert_eq!(files.map(mode), [0o600; 4]);
        assert_eq!(["", "devices", "gateways", "gateways/g"].map(mode), [0o700; 4]);
    }
}
