//! Released migrations are never edited: a database that has them is known by their checksums.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ring::digest::{SHA384, digest};

/// SHA-384 of each released file: the checksum that sqlx writes into every database that was migrated with it.
const RELEASED: [(&str, &str); 12] = [
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
    (
        "sqlite/0003_published_facts.sql",
        "c24e4c88bcb2290f97cb856159606ac21f821b4bb09a2cd2b9dc3c6ce17d8fc55ee1a3f519dea1e7e6416b60e147a8d4",
    ),
    (
        "sqlite/0004_readings.sql",
        "99e290d074b5861b07d70ab63ef651af62b5beaa3617b83af6800f321518d0ac25798871ce2b9f02cf911c97f4968539",
    ),
    (
        "sqlite/0005_lane_alarms.sql",
        "53402e8f45d4f2da83a0ac323cb3589e03cc413c0898ab0ff88618ab6eb5ac0d5d4d165b9f9ec764e1cdc736b531e9bb",
    ),
    (
        "sqlite/0006_schema_compatibility.sql",
        "73ca74d44a30d5dbbb6d24f7c4642de985ad0fc109d1d4644b175713284652134503a93b8a82e479609ac302a07fc67b",
    ),
    (
        "postgres/0003_published_facts.sql",
        "f6c7fd49dc045a684527c70a8b4837eb26ebe042997e43697924bfc3dd11fb8f2e0158f93568b3fcbdb892ba935288dc",
    ),
    (
        "postgres/0004_readings.sql",
        "b30a6b33a6dc12e50a562ecbba911d307488aa3effa2949a49b8170ddb0142065c40f3aec5694c9b114f9a6f1ec69843",
    ),
    (
        "postgres/0005_lane_alarms.sql",
        "3588de166097a6fd28b789b7107486567063dc7669322371460b3ed31ab01ebedb91d32a9dfa76cf157d276a7301e975",
    ),
    (
        "postgres/0006_schema_compatibility.sql",
        "aea1ec8d9783491ca49b0d22a5e97f6156e1366a81b939d390d79b09ed98ea9065c19af84fa0812c9af9730993640703",
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
