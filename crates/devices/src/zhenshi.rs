//! Zhenshi (臻识) cameras, and those of other makers with the same protocol: Alphadigi, Qianyi.
//!
//! A reading has one form and two transports. It is posted, and the response may open the barrier; or it is published on the garage's
//! broker, with texts in base64. `docs/devices/zhenshi.md` lists the sources and what is not verified with a device.
//!
//! - `alarm`: readings and inputs, for both transports
//! - `push`, `broker`: the two makes
//! - `lane_event`: events of a vehicle in the lane
//! - [`play`]: messages of a simulated camera

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
