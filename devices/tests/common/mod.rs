//! A corpus: files as devices send them, each with what is to be understood of it beside it.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use devices::told::{Message, Unreadable};
use proptest::prelude::*;
use serde_json::{Value, json};

type Parsed = Result<Message, Unreadable>;

fn folder(make: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(make)
}

/// Files of a make by name; without those that say what is expected.
fn files(make: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(make)).expect("a folder of this make");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = paths
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path))
        .filter(|(name, _)| !name.ends_with(".expected.json"))
        .map(|(name, path)| (name, fs::read(path).expect("a file")))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of {make} is empty");
    files
}

/// What is understood of each file is what its `NAME.expected.json` says. `UPDATE_CORPUS=1` writes these files anew: look at the diff.
pub fn holds(make: &str, parse: impl Fn(&str, &[u8]) -> Parsed) {
    let mut wrong = Vec::new();
    for (name, bytes) in files(make) {
        let parsed = match parse(&name, &bytes) {
            Ok(message) => serde_json::to_value(message).expect("JSON"),
            Err(unreadable) => json!({ "unreadable": unreadable.to_string() }),
        };
        let path = folder(make).join(format!("{name}.expected.json"));
        if std::env::var_os("UPDATE_CORPUS").is_some() {
            let text = serde_json::to_string_pretty(&parsed).expect("JSON");
            fs::write(&path, format!("{text}\n")).expect("a writable corpus");
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        let expected: Value = serde_json::from_str(&expected).unwrap_or(Value::Null);
        if parsed != expected {
            wrong.push(format!("{make}/{name}: understood {parsed:#}\nexpected {expected:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Bytes of any kind, and the corpus cut, spliced and with wrong bytes in it, are understood or not, without a panic.
pub fn never_panics(make: &str, parse: impl Fn(&[u8]) -> Parsed + std::panic::RefUnwindSafe) {
    let seeds: Vec<Vec<u8>> = files(make).into_iter().map(|(_, bytes)| bytes).collect();
    let random = prop::collection::vec(any::<u8>(), 0..300);
    let broken = (
        prop::sample::select(seeds.clone()),
        prop::sample::select(seeds),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        any::<u8>(),
    )
        .prop_map(|(one, other, cut, at, byte)| {
            let mut bytes = one[..cut.index(one.len() + 1)].to_vec();
            bytes.extend(&other[at.index(other.len() + 1)..]);
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        });
    proptest!(ProptestConfig::with_cases(2_000), |(bytes in prop_oneof![random, broken])| {
        let parsed = catch_unwind(|| parse(&bytes));
        prop_assert!(parsed.is_ok(), "a panic");
    });
}
