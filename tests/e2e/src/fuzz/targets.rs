//! Every parser of untrusted input. The corpus of each target is the messages of its parser's tests.

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use devices::make::InboundMessage;
use devices::makes::MAKES;
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::enrolment::{CredentialRenewal, GatewayEnrolment};
use protocol::mqtt::{ControllerEvent, ControllerStatus, MqttTopic};
use protocol::order::{PendingRemoteOrders, RemoteOrderOutcome};
use protocol::uplink::{AccessPlanDocument, BatchReceipt, UplinkBatch};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::FuzzTarget;

pub fn all() -> Vec<FuzzTarget> {
    let mut targets: Vec<FuzzTarget> = MAKES.iter().map(|make| device(make.id(), decode)).collect();
    targets.extend([
        FuzzTarget {
            name: "topic",
            corpus: topics(),
            read: |bytes| text(bytes, |topic| format!("{:?}", MqttTopic::parse(topic).ok())),
        },
        FuzzTarget {
            name: "plate",
            corpus: plates(),
            read: |bytes| text(bytes, |plate| format!("{:?}", Plate::parse(plate))),
        },
        FuzzTarget { name: "digest-challenge", corpus: challenges(), read: |bytes| text(bytes, challenge) },
        golden("event", &["event", "event_pass", "event_fire", "event_reversal"], json::<ControllerEvent>),
        golden("status", &["status"], json::<ControllerStatus>),
        golden("batch", &["batch", "batch_ahead"], json::<UplinkBatch>),
        golden("receipt", &["receipt", "receipt_inside"], json::<BatchReceipt>),
        golden("plan", &["plan", "plan_shared", "plan_standing"], json::<AccessPlanDocument>),
        golden("orders", &["orders"], json::<PendingRemoteOrders>),
        golden("order-outcome", &["order_outcome"], json::<RemoteOrderOutcome>),
        golden("enrolment", &["enrolment"], json::<GatewayEnrolment>),
        golden("new-credential", &["new_credential"], json::<CredentialRenewal>),
    ]);
    targets
}

/// Decodes as every make: a target's own make is one of them.
fn decode(body: &[u8]) -> String {
    let message = InboundMessage {
        address: "/NotificationInfo/TollgateInfo",
        method: "POST",
        content_type: None,
        body,
        is_truncated: false,
        received_at: Timestamp::from_micros(1_795_419_000_000_000),
        arrival: "arrival",
    };
    MAKES.iter().map(|make| format!("{:?}", make.decode(&message))).collect()
}

fn text(bytes: &[u8], read: impl Fn(&str) -> String) -> String {
    read(&String::from_utf8_lossy(bytes))
}

fn challenge(header: &str) -> String {
    let Ok(mut client) = http_auth::PasswordClient::try_from(header) else {
        return "no challenge".to_owned();
    };
    let asked = http_auth::PasswordParams {
        username: "admin",
        password: "secret",
        uri: "/open",
        method: "PUT",
        body: None,
    };
    // The client's nonce differs each time, so only the length is compared.
    client.respond(&asked).map_or_else(|error| error, |answer| answer.len().to_string())
}

/// A parsed value is written and parsed again to the same value.
fn json<T: DeserializeOwned + Serialize + Debug>(bytes: &[u8]) -> String {
    match serde_json::from_slice::<T>(bytes) {
        Ok(value) => {
            let written = serde_json::to_vec(&value).expect("what was read can be written");
            let again: T = serde_json::from_slice(&written).expect("what was written can be read");
            assert_eq!(format!("{value:?}"), format!("{again:?}"), "read, written and read again");
            format!("{value:?}")
        }
        // Without the position, which each byte moves.
        Err(error) => format!("{:?}", error.classify()),
    }
}

fn device(name: &'static str, read: fn(&[u8]) -> String) -> FuzzTarget {
    let folder = repository().join("crates/devices/corpus").join(name);
    let files =
        fs::read_dir(&folder).expect("a folder of this make").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        files.filter(|path| !path.to_string_lossy().ends_with(".expected.json")).collect();
    files.sort();
    FuzzTarget { name, corpus: files.iter().map(|path| fs::read(path).expect("a file")).collect(), read }
}

fn golden(name: &'static str, files: &[&str], read: fn(&[u8]) -> String) -> FuzzTarget {
    let folder = repository().join("crates/protocol/golden/v1");
    let file = |file: &&str| fs::read(folder.join(format!("{file}.json"))).expect("a released message");
    FuzzTarget { name, corpus: files.iter().map(file).collect(), read }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository's folder")
}

fn lines(lines: &[&str]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| line.as_bytes().to_vec()).collect()
}

fn topics() -> Vec<Vec<u8>> {
    lines(&[
        "parking/v1/school/b1-in/event",
        "parking/v1/school/b1-in/command",
        "parking/v1/school/open-spaces",
        "device/917e2298-8ddf3e46/message/up/ivs_result",
        "/device/917e2298-8ddf3e46/message/down/gpio_out/reply",
        "917e2298-8ddf3e46/device/message/up/keep_alive",
    ])
}

fn plates() -> Vec<Vec<u8>> {
    lines(&[
        "鲁B12345",
        "鲁BD12345",
        "粤Z1234港",
        "WJ鲁1234X",
        "蓝鲁B12345",
        "使014578",
        "鲁B·12345",
        "MA-12-34",
        "_无_",
    ])
}

fn challenges() -> Vec<Vec<u8>> {
    lines(&[
        "Digest realm=\"IP Camera\", qop=\"auth\", nonce=\"4e6a413d\", stale=\"FALSE\", opaque=\"\", algorithm=MD5",
        "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256, qop=\"auth,auth-int\", userhash=true",
        "Basic realm=\"camera\", Digest realm=\"camera\", nonce=\"1\"",
    ])
}
