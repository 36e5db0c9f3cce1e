//! The corpus: messages as devices send them, each next to its expected content. `corpus/README.md` describes the folders.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use devices::make::{DeviceMake, InboundMessage};
use devices::makes;
use devices::message::{DeviceMessage, MessageContent, PlateReading};
use domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

/// The serial number in the topics of published files.
pub(crate) const SERIAL: &str = "917e2298-8ddf3e46";

pub(crate) struct CorpusFile {
    pub make: &'static dyn DeviceMake,
    pub name: String,
    pub bytes: Vec<u8>,
}

impl CorpusFile {
    pub(crate) fn address(&self) -> String {
        let kind = self.name.split('-').next().unwrap();
        match (self.make.id(), kind) {
            ("zhenshi-mqtt", "reply") => format!("device/{SERIAL}/message/down/gpio_out/reply"),
            ("zhenshi-mqtt", _) => format!("device/{SERIAL}/message/up/{kind}"),
            ("dahua", "other_path") => "/api/camera/exit".to_owned(),
            ("dahua", _) => format!("/NotificationInfo/{kind}"),
            _ => "/event".to_owned(),
        }
    }

    pub(crate) fn decode(&self, bytes: &[u8]) -> DeviceMessage {
        decode(self.make, &self.address(), bytes)
    }
}

pub(crate) fn decode(make: &dyn DeviceMake, address: &str, body: &[u8]) -> DeviceMessage {
    make.decode(&inbound(address, body))
}

pub(crate) fn inbound<'a>(address: &'a str, body: &'a [u8]) -> InboundMessage<'a> {
    let received_at = Timestamp::parse("2026-11-29T04:30:00+08:00").unwrap();
    InboundMessage {
        address,
        method: "POST",
        content_type: None,
        body,
        is_truncated: false,
        received_at,
        arrival: "arrival-1",
    }
}

fn folder(make: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(make)
}

/// Files of a make by name, without the expected contents.
pub(crate) fn files(make_id: &str) -> Vec<CorpusFile> {
    let make = makes::find(make_id).expect("a make of the table");
    let entries = fs::read_dir(folder(make_id)).expect("a folder of this make");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let named = paths.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path));
    let samples = named.filter(|(name, _)| !name.ends_with(".expected.json") && !name.ends_with(".md"));
    let mut files: Vec<CorpusFile> = samples
        .map(|(name, path)| CorpusFile { make, name, bytes: fs::read(path).expect("a file") })
        .collect();
    files.sort_by(|left, right| left.name.cmp(&right.name));
    assert!(!files.is_empty(), "the corpus of {make_id} is empty");
    files
}

/// Checks that each file decodes to its `NAME.expected.json`. `UPDATE_CORPUS=1` rewrites these files: review the diff.
pub(crate) fn holds(make: &str) {
    let mut wrong = Vec::new();
    for file in files(make) {
        let decoded = serde_json::to_value(file.decode(&file.bytes)).expect("JSON");
        let path = folder(make).join(format!("{}.expected.json", file.name));
        if std::env::var_os("UPDATE_CORPUS").is_some() {
            let text = serde_json::to_string_pretty(&decoded).expect("JSON");
            fs::write(&path, format!("{text}\n")).expect("a writable corpus");
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        let expected: Value = serde_json::from_str(&expected).unwrap_or(Value::Null);
        if decoded != expected {
            wrong.push(format!("{make}/{}: decoded {decoded:#}\nexpected {expected:#}", file.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks that every file has a row in the folder's `SOURCES.md`.
pub(crate) fn names_sources(make: &str) {
    let sources = fs::read_to_string(folder(make).join("SOURCES.md")).expect("SOURCES.md");
    for file in files(make) {
        assert!(
            sources.contains(&format!("`{}`", file.name)),
            "{make}/SOURCES.md names no source of {}",
            file.name
        );
    }
}

/// Checks that random bytes, and truncated, spliced or damaged corpus files, decode without a panic to at least one content.
pub(crate) fn never_panics(make: &str) {
    let files = files(make);
    let seeds: Vec<Vec<u8>> = files.iter().map(|file| file.bytes.clone()).collect();
    let addresses: Vec<String> = files.iter().map(CorpusFile::address).collect();
    let make = files[0].make;
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
    let address = prop::sample::select(addresses);
    proptest!(ProptestConfig::with_cases(2_000), |(bytes in prop_oneof![random, broken], address in address)| {
        let decoded = catch_unwind(AssertUnwindSafe(|| decode(make, &address, &bytes)));
        prop_assert!(decoded.is_ok_and(|message| !message.contents.is_empty()), "a panic or no content");
    });
}

/// The only content, which is a reading.
pub(crate) fn reading(message: &DeviceMessage) -> &PlateReading {
    match message.contents.as_slice() {
        [MessageContent::Reading(reading)] => reading,
        other => panic!("not one reading: {other:?}"),
    }
}

pub(crate) fn corpus_reading(make: &str, name: &str) -> PlateReading {
    let file =
        files(make).into_iter().find(|file| file.name == name).unwrap_or_else(|| panic!("{make}/{name}"));
    reading(&file.decode(&file.bytes)).clone()
}
