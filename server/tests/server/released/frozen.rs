//! Released migrations are never edited: a database that has them is known by their checksums.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ring::digest::{SHA384, digest};

/// SHA-384 of each released file: the checksum that sqlx writes into every database that was migrated with it.
const RELEASED: [(&str, &str); 4] = [
    (
        "sqlite/0001_first_version.sql",
        "cda7002a223025c7cbb645392bc403a790ff0c5471d2c35606bc6f35e4e5214f9728ee5a60fd15a50d20aca9edaf1241",
    ),
    (
        "sqlite/0002_sharing.sql",
        "afadd341a5451c4a8f6ffc17a5a1a6811517a48cfa53596ee126ed60a942e245b1452ddbd3f9a683c9e9fccc91049ea3",
    ),
    (
        "postgres/0001_first_version.sql",
        "e3c46b5379d00a67ee5fc488eb52594e6ae16b1f31f85b6642c4f660eed0f92d4dd18fc337948e35049e36cd392c83bb",
    ),
    (
        "postgres/0002_sharing.sql",
        "155fd3bcc99d6de4e8e57a7401e5cc8333e709152bb5f518c7a64fa93d27fc3ff4950754da33389b055a98d5f8105898",
    ),
];

const ADVICE: &str = "released migrations are never edited; add the next number in migrations/sqlite and \
                      migrations/postgres instead";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")
}

#[test]
fn released_migrations_are_what_was_released() {
    for (file, checksum) in RELEASED {
        let bytes =
            std::fs::read(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}: {ADVICE}"));
        let found: String =
            digest(&SHA384, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, checksum, "{file} was edited: {ADVICE}");
    }
}

/// File names by number. Two files of one number, or a file without one, are an error.
fn names(database: &str) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    for entry in std::fs::read_dir(folder().join(database)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let number = name.split('_').next().unwrap().parse().expect("a migration begins with its number");
        let twice = names.insert(number, name.clone());
        assert_eq!(twice, None, "{database}/{name}: another migration has its number");
    }
    names
}

#[test]
fn both_databases_have_the_same_migrations() {
    assert_eq!(names("sqlite"), names("postgres"));
}
