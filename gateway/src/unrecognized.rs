//! Messages of lanes' own devices that were not understood.

use std::time::Instant;

use devices::make::InboundMessage;
use devices::message::{DeviceMessage, UnknownContent};
use protocol::alarm::MessageShape;
use protocol::mqtt::RejectCode;
use sha2::{Digest, Sha256};

/// Maximum bytes of a message that are shown to an operator.
const EXCERPT: usize = 256;

/// A message of a lane's own device that was not understood.
#[derive(Debug)]
pub(crate) struct UnrecognizedMessage {
    pub code: RejectCode,
    /// One sentence that names the invalid field.
    pub fault: String,
    pub shape: MessageShape,
    /// Digest of the whole message.
    pub digest: String,
    /// The first bytes, for the dead letter.
    pub excerpt: Vec<u8>,
    /// The id of a native event, as far as it was readable.
    pub event_id: Option<String>,
    pub at: Instant,
    /// The broker retained the message, or it is too old: no car waits for it.
    pub is_stale: bool,
}

/// Converts a message that was not understood for the lane loop.
pub(crate) fn unread_message(
    make: &str,
    (inbound, decoded): (&InboundMessage<'_>, &DeviceMessage),
    (unknown, code): (UnknownContent, RejectCode),
    at: Instant,
) -> Box<UnrecognizedMessage> {
    let parts = devices::shape::message_shape(make, inbound, decoded);
    let resembles_reading = unknown.resembles_reading || parts.resembles_reading;
    Box::new(UnrecognizedMessage {
        code,
        fault: unknown.fault,
        shape: MessageShape { id: parts.id, summary: parts.summary, resembles_reading },
        digest: digest(inbound),
        excerpt: inbound.body.get(..EXCERPT).unwrap_or(inbound.body).to_vec(),
        event_id: None,
        at,
        is_stale: false,
    })
}

fn digest(inbound: &InboundMessage<'_>) -> String {
    let mut hash = Sha256::new();
    hash.update(inbound.method.as_bytes());
    hash.update(inbound.address.as_bytes());
    hash.update(inbound.body);
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
