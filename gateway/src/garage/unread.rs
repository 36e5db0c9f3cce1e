//! Messages that were not understood: detects repetitions, and limits how often they open an exit.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::ids::DeviceId;

/// The same bytes within this time are a repetition of the same message. So a heartbeat of an unknown kind does not
/// hold an exit open.
const SAME_MESSAGE: Duration = Duration::from_secs(10);

/// Messages kept per device; a flood of different messages removes the oldest.
const MOST_REMEMBERED: usize = 256;

/// By device.
#[derive(Debug, Default)]
pub(super) struct UnrecognizedMessages(HashMap<DeviceId, DeviceUnrecognizedMessages>);

#[derive(Debug, Default)]
struct DeviceUnrecognizedMessages {
    /// Digest, first and last arrival.
    messages: Vec<(String, Instant, Instant)>,
    next_open: Option<Instant>,
}

/// Effect of a message at an exit that was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitOpening {
    /// Opens after this pause.
    After(Duration),
    /// An already planned command, due after this pause, opens for this message too.
    Planned(Duration),
    /// The same message received a reply before.
    Repeated {
        /// Time since its first arrival.
        ago: Duration,
    },
}

impl UnrecognizedMessages {
    /// Registers a message of a device at an exit.
    pub(super) fn at_exit(
        &mut self,
        device: &DeviceId,
        digest: &str,
        pace: Duration,
        now: Instant,
    ) -> ExitOpening {
        let of_device = self.0.entry(device.clone()).or_default();
        if let Some(ago) = of_device.repeated(digest, now) {
            return ExitOpening::Repeated { ago };
        }
        of_device.plan(pace, now)
    }

    /// Whether the message is new; for an entry.
    pub(super) fn is_new(&mut self, device: &DeviceId, digest: &str, now: Instant) -> bool {
        self.0.entry(device.clone()).or_default().repeated(digest, now).is_none()
    }

    /// Plans a command for a car whose message was not accepted.
    pub(super) fn plan(&mut self, device: &DeviceId, pace: Duration, now: Instant) -> ExitOpening {
        self.0.entry(device.clone()).or_default().plan(pace, now)
    }
}

impl DeviceUnrecognizedMessages {
    fn repeated(&mut self, digest: &str, now: Instant) -> Option<Duration> {
        self.messages.retain(|(_, _, last)| now.saturating_duration_since(*last) < SAME_MESSAGE);
        if let Some((_, first, last)) = self.messages.iter_mut().find(|(known, ..)| known == digest) {
            *last = now;
            return Some(now.saturating_duration_since(*first));
        }
        if self.messages.len() >= MOST_REMEMBERED {
            self.messages.remove(0);
        }
        self.messages.push((digest.to_owned(), now, now));
        None
    }

    fn plan(&mut self, pace: Duration, now: Instant) -> ExitOpening {
        match self.next_open {
            Some(next) if next > now => ExitOpening::Planned(next - now),
            Some(last) if now.saturating_duration_since(last) < pace => {
                let next = last + pace;
                self.next_open = Some(next);
                ExitOpening::After(next.saturating_duration_since(now))
            }
            _ => {
                self.next_open = Some(now);
                ExitOpening::After(Duration::ZERO)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::UNREAD_PAUSE as PACE;

    #[test]
    fn each_distinct_message_opens_and_commands_are_a_second_apart() {
        let (device, start) = (DeviceId::parse("d").unwrap(), Instant::now());
        let mut unread = UnrecognizedMessages::default();
        let mut at =
            |digest: &str, ms| unread.at_exit(&device, digest, PACE, start + Duration::from_millis(ms));
        assert_eq!(at("a", 0), ExitOpening::After(Duration::ZERO));
        assert_eq!(at("a", 100), ExitOpening::Repeated { ago: Duration::from_millis(100) });
        assert_eq!(at("b", 200), ExitOpening::After(Duration::from_millis(800)));
        assert_eq!(at("c", 300), ExitOpening::Planned(Duration::from_millis(700)));
        assert_eq!(at("d", 1_500), ExitOpening::After(Duration::from_millis(500)));
        assert_eq!(at("e", 9_000), ExitOpening::After(Duration::ZERO));
        assert_eq!(at("a", 9_900), ExitOpening::Repeated { ago: Duration::from_millis(9_900) });
        assert_eq!(at("a", 20_000), ExitOpening::After(Duration::ZERO), "a car of later");
    }
}
