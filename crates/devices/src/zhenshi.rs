//! Zhenshi (臻识) cameras, and those of other makers that speak the same: Alphadigi, Qianyi.
//!
//! A reading has one form on two ways: posted, where the response may open the barrier, and published on the garage's broker, where texts
//! are in base64. `docs/devices/zhenshi.md` names the sources and what is not verified with a device.
//!
//! - `alarm`: readings and inputs, on both ways
//! - `push`, `broker`: the two makes
//! - `lane_event`: what happens to a vehicle in the lane
//! - [`play`]: the camera's part, for the simulator

mod alarm;
mod broker;
mod lane_event;
pub mod play;
mod push;

pub use broker::{ZhenshiBrokerCamera, ZhenshiTopics};
pub use push::ZhenshiPushCamera;

use crate::make::UnattendedExit;

const UNATTENDED: UnattendedExit = UnattendedExit::OwnList(
    "The camera opens for the white list that is stored in it while the server is away (ctrltype 2, white_list_operator).",
);
