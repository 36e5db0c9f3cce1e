//! Rejected messages become dead letters, so that an operator sees them. A limit prevents that a device fills the disk
//! with them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::ids::DeviceId;
use domain::time::Timestamp;
use protocol::mqtt::RejectedEvent;
use protocol::uplink::UplinkRecordContent;

use crate::event::RejectedMessage;
use crate::outbox::entry::{OutboxEntry, OutboxReply};
use crate::unrecognized::UnrecognizedMessage;

/// Per minute; enough to see what is wrong with a device.
const PER_MINUTE: u32 = 20;
const MINUTE: Duration = Duration::from_secs(60);

/// The stand-in name for records of a device without a valid name.
const NOBODY: &str = "unknown";

/// Number of dead letters of each device in this minute. Unknown devices share one allowance, so that invented names
/// use no memory.
#[derive(Debug, Default)]
pub(crate) struct DeadLetterAllowance(HashMap<Option<DeviceId>, (Instant, u32)>);

impl DeadLetterAllowance {
    /// Whether one more message of this sender may be stored at `now`.
    pub(crate) fn take(&mut self, refusal: &RejectedMessage, now: Instant) -> bool {
        let sender = if refusal.known { refusal.device.clone() } else { None };
        let (since, used) = self.0.entry(sender).or_insert((now, 0));
        if now.duration_since(*since) >= MINUTE {
            (*since, *used) = (now, 0);
        }
        *used += 1;
        *used <= PER_MINUTE
    }
}

impl RejectedMessage {
    /// The dead letter of a message that was not understood.
    pub(crate) fn of_unread(device: DeviceId, message: &UnrecognizedMessage) -> Self {
        let refusal = Self::of_device(device, message.code, &message.fault, &message.excerpt);
        Self { event_id: message.event_id.clone(), ..refusal }
    }

    /// `None` only if the stand-in name is invalid, too.
    pub(crate) fn into_entry(self, received_at: Timestamp) -> Option<OutboxEntry> {
        let answer = match self.known {
            true => OutboxReply::Rejected(RejectedEvent {
                event_id: self.event_id,
                code: self.letter.code,
                detail: self.letter.detail.clone(),
            }),
            false => OutboxReply::None,
        };
        let device = self.device.or_else(|| DeviceId::parse(NOBODY).ok())?;
        let what = UplinkRecordContent::DeadLetter(self.letter);
        Some(OutboxEntry { device, received_at, what, delta: 0, audience: None, answer })
    }
}

#[cfg(test)]
mod tests {
    use protocol::mqtt::RejectCode;
    use protocol::uplink::DeadLetter;

    use super::*;

    fn refusal(device: &str, known: bool) -> RejectedMessage {
        let letter = DeadLetter { code: RejectCode::NotJson, detail: String::new(), excerpt: String::new() };
        RejectedMessage { device: DeviceId::parse(device).ok(), known, event_id: None, letter }
    }

    #[test]
    fn a_device_gets_twenty_a_minute_whatever_others_send() {
        let mut allowance = DeadLetterAllowance::default();
        let start = Instant::now();
        let taken = |allowance: &mut DeadLetterAllowance, device: &str, known: bool, at: Instant| {
            (0..50).filter(|_| allowance.take(&refusal(device, known), at)).count()
        };
        assert_eq!(taken(&mut allowance, "a", true, start), 20);
        assert_eq!(taken(&mut allowance, "b", true, start), 20);
        assert_eq!(taken(&mut allowance, "x", false, start), 20);
        assert_eq!(taken(&mut allowance, "y", false, start), 0);
        assert_eq!(taken(&mut allowance, "a", true, start + MINUTE), 20);
    }
}
