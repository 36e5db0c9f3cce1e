//! Data that released versions have written, with which every later version proves that it reads them.
//! `tests/testkit/released/README.md` describes how each was made.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Every released version, oldest first.
pub const RELEASED: [ReleasedData; 1] = [ReleasedData { version: "0.1.0" }];

/// The files of one released version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleasedData {
    pub version: &'static str,
}

impl ReleasedData {
    /// The garage of the kept gateway folder.
    pub const GARAGE: &'static str = "haifeng-b1";

    /// Unpacks the data folder of a stopped demo into `folder`.
    pub fn unpack_demo(self, folder: &Path) {
        unpack(&self.file("demo.tar.gz"), folder);
    }

    /// Unpacks the data folder of the gateway of [`Self::GARAGE`], with records that the district's server does not have.
    pub fn unpack_gateway(self, folder: &Path) {
        unpack(&self.file("gateway.tar.gz"), folder);
    }

    /// Fills an empty PostgreSQL database with the district's.
    pub async fn restore_district(self, url: &str) {
        let sql =
            run(Command::new("gzip").args(["--decompress", "--stdout"]).arg(self.file("district.sql.gz")));
        let sql = String::from_utf8(sql.stdout).expect("a dump in UTF-8");
        let mut connection = PgConnection::connect(url).await.expect("the database answers");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("the dump is restored");
        connection.close().await.expect("the connection ends");
    }

    /// The key of the district's database, in base64.
    pub fn district_key(self) -> String {
        self.text("district.key").trim().to_owned()
    }

    /// Rows and counts of cars when the demo's folder was packed.
    pub fn demo_counts(self) -> ReleasedCounts {
        ReleasedCounts::parse(&self.text("demo.json"))
    }

    /// Rows and counts of cars when the district's database was dumped.
    pub fn district_counts(self) -> ReleasedCounts {
        ReleasedCounts::parse(&self.text("district.json"))
    }

    fn file(self, name: &str) -> PathBuf {
        root().join(self.version).join(name)
    }

    fn text(self, name: &str) -> String {
        let path = self.file(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// The rows that a released version counted in its own database.
#[derive(Debug, Clone)]
pub struct ReleasedCounts(serde_json::Value);

impl ReleasedCounts {
    fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("counts in JSON"))
    }

    pub fn rows(&self, table: &str) -> i64 {
        self.0["rows"][table].as_i64().unwrap_or_else(|| panic!("the rows of {table} were not counted"))
    }

    /// Cars in a garage; `None` for no data.
    pub fn occupied(&self, garage: &str) -> Option<i64> {
        let cars = self.0["occupied"].get(garage).unwrap_or_else(|| panic!("there was no garage {garage}"));
        cars.as_i64()
    }

    /// Every table that was counted.
    pub fn tables(&self) -> Vec<&str> {
        let rows = self.0["rows"].as_object().expect("rows by table");
        rows.keys().map(String::as_str).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("released")
}

fn unpack(archive: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).expect("the folder is made");
    run(Command::new("tar").args(["--extract", "--gzip", "--file"]).arg(archive).arg("-C").arg(folder));
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_of_a_released_version_is_tested() {
        let entries = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
        let mut folders: Vec<String> = entries
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        folders.sort();
        let mut versions = RELEASED.map(|data| data.version.to_owned());
        versions.sort();
        assert_eq!(folders, versions);
    }
}
