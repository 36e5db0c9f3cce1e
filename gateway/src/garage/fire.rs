//! Whether it burns: what each device's fire input has said last.
//!
//! One input that says so is enough; it ends when each has said that it is over. A word that is older than the last one of the same device
//! changes nothing, however late it comes.

use std::collections::HashMap;

use domain::access::Alarm;
use domain::ids::DeviceId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What an input says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Input {
    Burning,
    Over,
}

/// Only of devices that the configuration knows: nobody else gets this far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fire(HashMap<DeviceId, (Input, Timestamp)>);

impl Fire {
    pub fn said(&mut self, device: &DeviceId, input: Input, at: Timestamp) {
        if self.0.get(device).is_none_or(|(_, before)| *before <= at) {
            self.0.insert(device.clone(), (input, at));
        }
    }

    pub fn alarm(&self) -> Alarm {
        if self.0.values().any(|(input, _)| *input == Input::Burning) { Alarm::Fire } else { Alarm::None }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_burns_until_each_input_has_said_that_it_is_over() {
        let [a, b] = ["a", "b"].map(|id| DeviceId::parse(id).unwrap());
        let at = Timestamp::from_micros;
        let mut fire = Fire::default();
        assert_eq!(fire.alarm(), Alarm::None);
        fire.said(&a, Input::Burning, at(10));
        fire.said(&b, Input::Burning, at(11));
        fire.said(&a, Input::Over, at(12));
        assert_eq!(fire.alarm(), Alarm::Fire);
        fire.said(&b, Input::Over, at(9));
        assert_eq!(fire.alarm(), Alarm::Fire, "older than what it has said since");
        fire.said(&b, Input::Over, at(13));
        assert_eq!(fire.alarm(), Alarm::None);
    }
}
