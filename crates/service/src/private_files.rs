//! Files and folders with personal data or secrets: their owner alone may read them, whatever the umask of the
//! process is. Files that an earlier version has created are tightened at the start.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Permissions of the group and of all others.
const OTHERS: u32 = 0o077;

/// What SQLite appends to the name of a database for the files beside it.
const SQLITE_FILES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Creates a folder and its missing parents; leaves an existing folder as it is.
pub fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

/// Creates or empties a file.
pub fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(path)?;
    tighten(path)?;
    Ok(file)
}

/// Replaces a file as a whole or not at all. The content is on disk when this returns.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let fresh = path.with_added_extension("new");
    let mut file = create(&fresh)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

/// Takes the permissions of the group and of others away. Links and missing files are left alone.
pub fn tighten(path: &Path) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mode = metadata.permissions().mode();
    if metadata.is_symlink() || mode & OTHERS == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode & 0o7777 & !OTHERS))
}

/// Whether the group or others may use a file or folder.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.permissions().mode() & OTHERS != 0)
}

/// Prepares an SQLite database before it is opened: creates it empty if it is missing, and tightens its files. SQLite
/// gives the files beside a database the permissions of the database.
pub fn prepare_sqlite(path: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(path)?;
    SQLITE_FILES.iter().try_for_each(|suffix| tighten(&beside(path, suffix)))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Tightens a data folder and everything below it, if all of its entries begin with one of `own`. A folder that others
/// use as well, such as `/tmp`, is not touched: the result is then the name of a foreign entry.
pub fn tighten_folder(folder: &Path, own: &[&str]) -> io::Result<Option<OsString>> {
    let is_own = |name: &OsStr| own.iter().any(|start| name.to_string_lossy().starts_with(start));
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !is_own(&name) {
            return Ok(Some(name));
        }
    }
    tighten_below(folder)?;
    Ok(None)
}

fn tighten_below(folder: &Path) -> io::Result<()> {
    tighten(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => tighten_below(&entry.path())?,
            false => tighten(&entry.path())?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn loosened(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_created_is_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("a/b");
        create_folder(&data).unwrap();
        create(&data.join("lock")).unwrap();
        replace(&data.join("state"), b"x").unwrap();
        prepare_sqlite(&data.join("main.sqlite")).unwrap();
        assert_eq!((mode(&folder.path().join("a")), mode(&data)), (0o700, 0o700));
        for name in ["lock", "state", "main.sqlite"] {
            assert_eq!(mode(&data.join(name)), 0o600, "{name}");
        }
        assert!(!data.join("state.new").exists());
    }

    #[test]
    fn what_an_earlier_version_left_open_is_tightened() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["main.sqlite", "main.sqlite-wal", "main.sqlite-shm", "state"];
        for name in names {
            fs::write(folder.path().join(name), "x").unwrap();
            loosened(&folder.path().join(name), 0o644);
        }
        prepare_sqlite(&folder.path().join("main.sqlite")).unwrap();
        replace(&folder.path().join("state"), b"y").unwrap();
        for name in names {
            assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
        }
        assert_eq!(fs::read(folder.path().join("main.sqlite")).unwrap(), b"x", "the content stays");
    }

    #[test]
    fn a_data_folder_is_tightened_with_all_below_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("devices")).unwrap();
        fs::write(folder.path().join("devices/in"), "x").unwrap();
        for (name, mode) in [("devices/in", 0o644), ("devices", 0o755), ("", 0o755)] {
            loosened(&folder.path().join(name), mode);
        }
        assert_eq!(tighten_folder(folder.path(), &["dev"]).unwrap(), None);
        let modes = ["", "devices", "devices/in"].map(|name| mode(&folder.path().join(name)));
        assert_eq!(modes, [0o700, 0o700, 0o600]);
        assert!(!is_open_to_others(folder.path()).unwrap());
    }

    #[test]
    fn a_folder_that_others_use_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["lock", "foreign"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        loosened(folder.path(), 0o755);
        assert_eq!(tighten_folder(folder.path(), &["lock"]).unwrap(), Some("foreign".into()));
        assert_eq!(mode(folder.path()), 0o755);
    }
}
