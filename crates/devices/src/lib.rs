//! What gate devices of other makers send and take, in one form.
//!
//! Pure: bytes become contents, and commands become bytes. No decision is made here, and nothing is sent: whether a vehicle may enter is
//! the gateway's business. Each make is a folder and a row of [`make::MAKES`]. Decoding never fails: what a driver does not understand is
//! content, too, because a vehicle may stand before the barrier (decision 17).
//!
//! - [`make`], [`message`], [`confidence`], [`event_key`]: the interface of all makes
//! - [`shape`]: the structure of a message, by which a person marks what is not understood
//! - `text`, `body`, `field_tree`, `json_text`, `xml_text`: any bytes as fields
//! - `device_time`, `plate_text`, `vehicle_words`, `reading_flags`: any writing of a value
//! - `resemblance`, `unknown`: what is not understood
//! - [`event_stream`]: parts of an endless response
//! - [`dahua`], [`hikvision`], [`huaxia`], [`zhenshi`]: the makes that post, and Zhenshi's that publishes
//! - [`dahua_stream`], [`hikvision_stream`]: the makes that are asked for a stream
//! - [`frigate`], [`huaxia_mode2`], [`huaxia_mqtt`], [`qianlima_mqtt`]: further makes, with fields found by `flat_fields`
//! - [`native`]: events of native controllers that are not quite as documented

mod body;
pub mod confidence;
pub mod dahua;
pub mod dahua_stream;
mod device_time;
pub mod event_key;
pub mod event_stream;
mod field_tree;
mod flat_fields;
pub mod frigate;
pub mod hikvision;
pub mod hikvision_stream;
pub mod huaxia;
pub mod huaxia_mode2;
pub mod huaxia_mqtt;
mod json_text;
pub mod make;
pub mod message;
pub mod native;
mod plate_text;
pub mod qianlima_mqtt;
mod reading_flags;
mod resemblance;
pub mod shape;
mod text;
mod unknown;
mod vehicle_words;
mod xml_text;
pub mod zhenshi;
