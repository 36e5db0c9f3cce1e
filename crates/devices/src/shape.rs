//! The shape of a message that is not understood: its structure without values. A person can mark a shape as no reading.
//!
//! A shape never hides a vehicle: a shape that resembles a reading cannot be marked, and bytes without a structure are their own shape.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::body::MessageBody;
use crate::field_tree::FieldTree;
use crate::make::InboundMessage;
use crate::message::{DeviceMessage, MessageContent};
use crate::text::is_word;

/// Longest summary in characters.
const LONGEST_SUMMARY: usize = 200;

/// Fields whose value is the kind of a message.
const KINDS: [&str; 8] = ["eventtype", "event_type", "type", "cmd", "name", "active", "method", "action"];

/// The parts of a message's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeParts {
    /// 16 hexadecimal digits of a SHA-256.
    pub id: String,
    /// Path and field names, for display.
    pub summary: String,
    /// True if a vehicle may wait at the lane; such a shape cannot be marked.
    pub resembles_reading: bool,
}

/// The shape of a message of this make. A value is part of it only if it is the message's kind (`eventType`, `cmd`) and a word.
pub fn message_shape(make_id: &str, message: &InboundMessage<'_>, decoded: &DeviceMessage) -> ShapeParts {
    let address = plain_address(message.address, decoded.serial.as_deref());
    let body = MessageBody::parse(message);
    let names = (!body.is_damaged).then(|| field_paths(&body.fields)).filter(|names| !names.is_empty());
    let mut hash = Sha256::new();
    for part in [make_id, message.method, &address] {
        add(&mut hash, part.as_bytes());
    }
    match &names {
        Some(names) => names.iter().for_each(|name| add(&mut hash, name.as_bytes())),
        None => add(&mut hash, message.body),
    }
    let id: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let resembles = |content: &MessageContent| match content {
        MessageContent::Reading(_) => true,
        MessageContent::NotUnderstood(unknown) => unknown.resembles_reading,
        _ => false,
    };
    let resembles_reading = decoded.contents.iter().any(resembles);
    ShapeParts { id, summary: summary(&address, names.as_ref(), message.body.len()), resembles_reading }
}

fn add(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_be_bytes());
    hash.update(part);
}

/// The address without the values of its query and without the serial number.
fn plain_address(address: &str, serial: Option<&str>) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path: Vec<&str> = path.split('/').map(|part| if Some(part) == serial { "*" } else { part }).collect();
    let names: BTreeSet<&str> =
        query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { path.join("/") } else { format!("{}?{}", path.join("/"), names.join("&")) }
}

fn field_paths(fields: &FieldTree) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    fields.visit(&mut |path, name, value| {
        let kind = KINDS
            .contains(&name.to_ascii_lowercase().as_str())
            .then(|| value.text())
            .flatten()
            .filter(|kind| is_word(kind));
        paths.insert(match kind {
            Some(kind) => format!("{path}={kind}"),
            None => path.to_owned(),
        });
    });
    paths
}

/// A name with other characters than printable ASCII becomes `*`, because it may be data.
fn summary(address: &str, names: Option<&BTreeSet<String>>, bytes: usize) -> String {
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ';
    let named = |name: &String| if name.chars().all(is_plain) { name.clone() } else { "*".to_owned() };
    let what = match names {
        Some(names) => names.iter().map(named).collect::<Vec<_>>().join(", "),
        None => format!("{bytes} bytes without a known structure"),
    };
    let text: String = address.chars().filter(|c| is_plain(*c)).collect();
    format!("{text}: {what}").chars().take(LONGEST_SUMMARY).collect()
}
