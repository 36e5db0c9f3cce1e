//! A corpus: messages as devices send them, their sources and their expected contents.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use devices::make::{DeviceMake, InboundMessage};
use devices::makes;
use devices::message::DeviceMessage;
use domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

const IDS: [&str; 6] =
    ["dahua-stream", "frigate", "hikvision-stream", "huaxia-mode2", "huaxia-mqtt", "qianlima-mqtt"];

fn folder(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(id)
}

/// By name, without sources and expectations.
fn files(id: &str) -> Vec<(String, Vec<u8>)> {
    let paths = fs::read_dir(folder(id)).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = paths
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path))
        .filter(|(name, _)| !name.ends_with(".expected.json") && name != "SOURCES.md")
        .map(|(name, path)| (name, fs::read(path).expect("a file")))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of {id} is empty");
    files
}

fn address(id: &str, name: &str) -> String {
    match (id, name.split('-').next().unwrap_or_default().trim_end_matches(".txt")) {
        ("frigate", "updates") => "frigate/tracked_object_update".to_owned(),
        ("frigate", topic) => format!("frigate/{topic}"),
        ("huaxia-mqtt", _) => "/device/18030012345/update".to_owned(),
        ("qianlima-mqtt", _) => "device/T5-0001/sys/message/up".to_owned(),
        _ => "/".to_owned(),
    }
}

fn content_type(name: &str) -> Option<&'static str> {
    match Path::new(name).extension()?.to_str()? {
        "xml" => Some("application/xml; charset=\"UTF-8\""),
        "jpg" => Some("image/jpeg"),
        "txt" => Some("text/plain"),
        "json" => Some("application/json"),
        "form" => Some("application/x-www-form-urlencoded"),
        _ => None,
    }
}

fn decode(make: &dyn DeviceMake, name: &str, body: &[u8]) -> DeviceMessage {
    let address = address(make.id(), name);
    let received_at = Timestamp::parse("2026-11-29T15:30:01+08:00").unwrap();
    make.decode(&InboundMessage {
        address: &address,
        method: "POST",
        content_type: content_type(name),
        body,
        is_truncated: false,
        received_at,
        arrival: "arrival-1",
    })
}

/// `UPDATE_CORPUS=1` rewrites the expected contents: review the diff.
#[test]
fn each_file_is_understood_as_is_written_beside_it() {
    let mut wrong = Vec::new();
    for id in IDS {
        let make = makes::find(id).expect("a row of the table");
        for (name, body) in files(id) {
            let decoded = serde_json::to_value(decode(make, &name, &body)).expect("JSON");
            let path = folder(id).join(format!("{name}.expected.json"));
            if std::env::var_os("UPDATE_CORPUS").is_some() {
                fs::write(&path, format!("{decoded:#}\n")).expect("a writable corpus");
                continue;
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if serde_json::from_str::<Value>(&expected).unwrap_or_default() != decoded {
                wrong.push(format!("{id}/{name}: {decoded:#}\nexpected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_file_has_a_source() {
    for id in IDS {
        let sources = fs::read_to_string(folder(id).join("SOURCES.md")).expect("sources");
        for (name, _) in files(id) {
            assert!(sources.contains(&format!("| `{name}` |")), "{id}/{name} has no source");
        }
    }
}

#[test]
fn no_bytes_make_a_driver_panic_or_say_nothing() {
    let seeds: Vec<(&str, String, Vec<u8>)> = IDS
        .iter()
        .flat_map(|id| files(id).into_iter().map(move |(name, bytes)| (*id, name, bytes)))
        .collect();
    let broken = (
        prop::sample::select(seeds.clone()),
        prop::sample::select(seeds),
        any::<[prop::sample::Index; 3]>(),
        any::<u8>(),
    );
    let broken = broken.prop_map(|((id, name, one), (_, _, other), [cut, at, place], byte)| {
        let mut bytes = one[..cut.index(one.len() + 1)].to_vec();
        bytes.extend(&other[at.index(other.len() + 1)..]);
        if !bytes.is_empty() {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        (id, name, bytes)
    });
    proptest!(ProptestConfig::with_cases(2_000), |((id, name, bytes) in broken)| {
        let make = makes::find(id).expect("a row");
        let decoded = catch_unwind(AssertUnwindSafe(|| decode(make, &name, &bytes)));
        prop_assert!(decoded.is_ok_and(|decoded| !decoded.contents.is_empty()), "{}/{}", id, name);
    });
}

/// Checks that a message that is cut within or after its plate never decodes to a heartbeat.
#[test]
fn a_reading_that_is_cut_is_a_reading_or_not_understood() {
    use devices::message::MessageContent::{NotUnderstood, Reading};
    for (id, name) in [
        ("huaxia-mode2", "online-escaped.form"),
        ("huaxia-mqtt", "plate-result.json"),
        ("frigate", "updates-lpr.json"),
    ] {
        let make = makes::find(id).expect("a row");
        let body = fs::read(folder(id).join(name)).expect("a file");
        for end in body.len() / 2..body.len() {
            let decoded = decode(make, name, &body[..end]);
            assert!(
                matches!(decoded.contents[0], Reading(_) | NotUnderstood(_)),
                "{id} cut at {end}: {decoded:?}"
            );
        }
    }
}
