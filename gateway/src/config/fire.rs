//! Checks the garage's fire inputs: each named device must be able to report a fire, and each wired input must be named.

use domain::fire::FireInputs;
use domain::ids::DeviceId;
use service::config::ConfigError;

use super::{ForeignDevice, GatewayConfig, LaneConfig, LaneMake};

impl GatewayConfig {
    /// Whether no lane can open in a fire: no device reports one, or the configuration states that none stands for the
    /// garage.
    pub(crate) fn has_no_fire_input(&self) -> bool {
        // A native controller reports fire by its own wiring, which is unknown to the gateway.
        let is_without = |device: &ForeignDevice| device.inputs.fire_input.is_none();
        let has_none_wired = self.lanes.iter().all(|lane| lane.foreign().is_some_and(is_without));
        has_none_wired || self.fire_inputs.is_none()
    }

    /// Which devices open every lane in a fire, in one sentence.
    pub fn fire_inputs_summary(&self) -> String {
        summary(&self.fire_inputs)
    }
}

pub(super) fn validate(inputs: &FireInputs, lanes: &[LaneConfig]) -> Result<(), ConfigError> {
    let FireInputs::Named(named) = inputs else { return Ok(()) };
    for device in named {
        let lane = lanes.iter().find(|lane| lane.device == *device);
        let lane = lane.ok_or_else(|| invalid(format!("`{device}` is the device of no lane")))?;
        if is_unwired(lane) {
            let message =
                format!("the lane of `{device}` has no `fire_input`: this make reports fire only by one");
            return Err(invalid(message));
        }
    }
    let is_wired =
        |lane: &&LaneConfig| lane.foreign().is_some_and(|device| device.inputs.fire_input.is_some());
    match lanes.iter().filter(is_wired).find(|lane| !named.contains(&lane.device)) {
        Some(lane) => {
            let message = format!("`{}` is missing, and its lane has a `fire_input`", lane.device);
            Err(invalid(message))
        }
        None => Ok(()),
    }
}

fn is_unwired(lane: &LaneConfig) -> bool {
    match &lane.make {
        LaneMake::Native => false,
        LaneMake::Foreign(device) => device.inputs.fire_input.is_none(),
    }
}

fn invalid(message: String) -> ConfigError {
    ConfigError::invalid("fire.inputs", message)
}

fn summary(inputs: &FireInputs) -> String {
    match inputs {
        FireInputs::Unnamed => {
            "no fire input is named ([fire] inputs): a fire report of any device opens every lane, \
                                and an operator may end it"
                .to_owned()
        }
        FireInputs::Named(inputs) if inputs.is_empty() => {
            "the garage has no fire input: a fire report opens the lane of its device only".to_owned()
        }
        FireInputs::Named(inputs) => {
            let inputs: Vec<&str> = inputs.iter().map(DeviceId::as_str).collect();
            format!(
                "a fire report of {} opens every lane, of another device its own lane only",
                inputs.join(", ")
            )
        }
    }
}
