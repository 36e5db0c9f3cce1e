//! Every message of the corpus of makes that post, with one field damaged at a time, at an exit and at an entry: none is trapped, none unseen.
//!
//! The suite takes a share of the damages by a seed; `MUTATION_SHARE=all` takes all (`cargo xtask mutate`).

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::time::Duration;

use devices::make::{DeviceMake, InboundMessage};
use devices::makes::find;
use devices::message::{DeviceMessage, MessageContent};
use domain::occupancy::LaneDirection;
use domain::time::{Clock, Timestamp};
use gateway::config::ReadingRules;
use service::clock::SystemClock;
use testkit::mutation::{FieldMutation, mutation_share, mutations};

use crate::controller::{Controller, SOON};
use crate::district::garage;
use crate::field::{FieldSite, POSTING, lane_of};
use crate::site::{OUT_SERIAL, topics_of};

/// Damages of one file in the suite.
const SHARE: usize = 3;

/// What a mutation did at the gate.
#[derive(Default)]
struct MutationFigures {
    files: usize,
    posted: usize,
    trapped: Vec<String>,
    unseen: Vec<String>,
}

fn files(make: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/devices/corpus").join(make);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| {
            !path.to_string_lossy().ends_with(".expected.json") && path.extension().is_none_or(|e| e != "md")
        })
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn damages(bytes: &[u8]) -> Vec<FieldMutation> {
    match std::env::var("MUTATION_SHARE").as_deref() {
        Ok("all") => mutations(bytes).collect(),
        _ => mutation_share(bytes, 20_261_128, SHARE),
    }
}

fn path_of(make: &str, file: &str) -> String {
    let (name, _) = file.split_once('-').unwrap_or((file, ""));
    if make == "dahua" { format!("/NotificationInfo/{name}") } else { "/event".to_owned() }
}

fn decode(make: &dyn DeviceMake, path: &str, body: &[u8]) -> DeviceMessage {
    make.decode(&InboundMessage {
        address: path,
        method: "POST",
        content_type: None,
        body,
        is_truncated: false,
        received_at: Timestamp::from_micros(SystemClock.now().micros()),
        arrival: "arrival",
    })
}

/// Whether a car may stand there: a live reading, or something that is not understood.
fn is_of_car(message: &DeviceMessage) -> bool {
    message.contents.iter().any(|content| match content {
        MessageContent::Reading(reading) => !reading.is_retransmission,
        MessageContent::NotUnderstood(_) => true,
        _ => false,
    })
}

/// The keys of the message's readings; a reading that was opened for is opened for.
fn keys(message: &DeviceMessage) -> BTreeSet<String> {
    let key = |content: &MessageContent| match content {
        MessageContent::Reading(reading) => Some(reading.key.clone()),
        _ => None,
    };
    message.contents.iter().filter_map(key).collect()
}

/// Posts each damage of the make's files at the exit, then at the entry.
async fn gate(field: &FieldSite, name: &str) -> MutationFigures {
    let make = find(name).unwrap();
    let mut figures = MutationFigures::default();
    // The same bytes again are the same message.
    let (mut opened, mut sent) = (HashSet::new(), HashSet::new());
    for (file, bytes) in files(name) {
        let path = path_of(name, &file);
        let is_reading = is_of_car(&decode(make, &path, &bytes));
        figures.files += 1;
        for mutation in damages(&bytes) {
            let message = decode(make, &path, &mutation.bytes);
            let what = format!("{name}/{file}: {} {:?}", mutation.field, mutation.damage);
            if !sent.insert(mutation.bytes.clone()) {
                continue;
            }
            figures.posted += 2;
            // A damaged retransmission flag makes a reading of long ago, and the other way round.
            let stands_there = is_reading && is_of_car(&message);
            let is_known =
                !keys(&message).is_empty() && keys(&message).iter().all(|key| opened.contains(key));
            opened.extend(keys(&message));
            if stands_there && !is_known && !exit(field, name, &path, &mutation.bytes).await {
                figures.trapped.push(what.clone());
            }
            if stands_there && !is_known && !entry(field, name, &path, &mutation.bytes).await {
                figures.unseen.push(what);
            }
        }
    }
    figures
}

async fn exit(field: &FieldSite, name: &str, path: &str, body: &[u8]) -> bool {
    let lane = lane_of(name, LaneDirection::Out);
    let Some(barrier) = field.barriers.get(&lane) else {
        return field.post(name, LaneDirection::Out, path, body.to_vec()).await.opens();
    };
    let before = barrier.opened();
    field.post(name, LaneDirection::Out, path, body.to_vec()).await;
    tokio::time::timeout(SOON, barrier.opened_times(before + 1)).await.is_ok()
}

/// Seen: this very message is one more event of the lane, or one more message of an alarm.
async fn entry(field: &FieldSite, name: &str, path: &str, body: &[u8]) -> bool {
    let lane = lane_of(name, LaneDirection::In);
    let (events, alarms) = (field.site.told(&lane).len(), alarms(field, &lane).await);
    field.post(name, LaneDirection::In, path, body.to_vec()).await;
    let due = tokio::time::Instant::now() + SOON;
    while tokio::time::Instant::now() < due {
        if field.site.told(&lane).len() > events || self::alarms(field, &lane).await > alarms {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

/// How often messages of the lane raised an alarm, by the gateway itself.
async fn alarms(field: &FieldSite, lane: &str) -> u32 {
    let text = reqwest::get(format!("http://{}/lanes", field.site.http)).await.unwrap().text().await.unwrap();
    let lanes: Vec<protocol::uplink::LaneStatus> = serde_json::from_str(&text).unwrap();
    let status = lanes.iter().find(|status| status.lane.as_str() == lane).unwrap();
    status.alarms.iter().map(|alarm| alarm.count).sum()
}

#[tokio::test]
async fn no_damaged_field_traps_a_car_or_leaves_it_unseen() {
    let rules = ReadingRules { same_car: Duration::ZERO, ..ReadingRules::default() };
    let field = FieldSite::open(Duration::from_millis(1), rules).await;
    let mut all = MutationFigures::default();
    for make in POSTING {
        let figures = gate(&field, make).await;
        println!("{make}: {} files, {} posts", figures.files, figures.posted);
        all.files += figures.files;
        all.posted += figures.posted;
        all.trapped.extend(figures.trapped);
        all.unseen.extend(figures.unseen);
    }
    println!(
        "mutations: {} files, {} posts at exits and entries, {} trapped, {} unseen",
        all.files,
        all.posted,
        all.trapped.len(),
        all.unseen.len()
    );
    assert!(all.posted > 200, "the corpus was read");
    assert!(
        all.trapped.is_empty() && all.unseen.is_empty(),
        "trapped: {:#?}\nunseen: {:#?}",
        all.trapped,
        all.unseen
    );
}

/// A native event with an id of its own for each damage, so that none is a repetition of another.
fn native_event(number: usize) -> Vec<u8> {
    let at = SystemClock.now();
    let event = serde_json::json!({
        "v": 1, "event_id": format!("mutation-{number}"), "kind": "plate", "plate": "鲁B12345", "confidence": 98,
        "occurred_at": at, "age_ms": 0, "of": null, "vehicle": { "plate_color": "blue", "class": "small" },
    });
    event.to_string().into_bytes()
}

#[tokio::test]
async fn no_damaged_field_of_a_native_event_traps_a_car() {
    let rules = ReadingRules { same_car: Duration::ZERO, ..ReadingRules::default() };
    let field = FieldSite::open(Duration::from_millis(1), rules).await;
    let gate = field.site.controller("native-out").await;
    let count = mutations(&native_event(0)).count();
    assert!(count > 50, "{count} damages");
    let mut trapped = Vec::new();
    for number in 0..count {
        let Some(mutation) = mutations(&native_event(number)).nth(number) else { continue };
        let before = gate.heard(|heard| heard.commands.len());
        gate.publish(&gate.event_topic(), false, mutation.bytes).await;
        let opened = async {
            while gate.heard(|heard| heard.commands.len()) == before {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(SOON, opened).await.is_err() {
            trapped.push(format!("{} {:?}", mutation.field, mutation.damage));
        }
    }
    println!("native: {count} damages at an exit, {} trapped", trapped.len());
    assert!(trapped.is_empty(), "{trapped:#?}");
}

#[tokio::test]
async fn no_damaged_field_of_a_camera_on_the_broker_traps_a_car() {
    let rules = ReadingRules { same_car: Duration::ZERO, ..ReadingRules::default() };
    let field = FieldSite::open(Duration::from_millis(1), rules).await;
    let topics = topics_of(OUT_SERIAL).subscribe;
    let camera = Controller::connect(field.site.broker.port(), &garage(), "camera-out", topics).await;
    let make = find("zhenshi-mqtt").unwrap();
    let (mut opened, mut sent) = (HashSet::new(), HashSet::new());
    let (mut posted, mut trapped) = (0, Vec::new());
    for (file, bytes) in files("zhenshi-mqtt") {
        let kind = file.split('-').next().unwrap();
        let topic = format!("device/{OUT_SERIAL}/message/up/{kind}");
        let is_reading = is_of_car(&decode(make, &topic, &bytes));
        for mutation in damages(&bytes) {
            let message = decode(make, &topic, &mutation.bytes);
            let is_known =
                !keys(&message).is_empty() && keys(&message).iter().all(|key| opened.contains(key));
            opened.extend(keys(&message));
            let is_sent = !sent.insert(mutation.bytes.clone());
            if !is_reading || !is_of_car(&message) || is_known || is_sent {
                continue;
            }
            posted += 1;
            let before = camera.heard(|heard| heard.others.len());
            camera.publish(&topic, false, mutation.bytes).await;
            let pulsed = async {
                while camera.heard(|heard| heard.others.len()) == before {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            if tokio::time::timeout(SOON, pulsed).await.is_err() {
                trapped.push(format!("{file}: {} {:?}", mutation.field, mutation.damage));
            }
        }
    }
    println!("zhenshi-mqtt: {posted} damaged messages at an exit, {} trapped", trapped.len());
    assert!(posted > 10 && trapped.is_empty(), "{posted} posted, trapped: {trapped:#?}");
}
