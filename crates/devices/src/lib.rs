//! Messages and commands of other makers' gate devices, in one form.
//!
//! The crate is pure: it decodes bytes to contents and encodes commands to bytes. It decides and sends nothing; the gateway decides whether
//! a vehicle may enter. Each make is a folder and a row of [`makes::MAKES`]. Decoding never fails: a message that a driver does not
//! understand is content, too, because a vehicle may stand at the barrier (decision 17).
//!
//! - [`makes`]: the table of makes
//! - [`make`], [`message`], [`confidence`], [`event_key`]: the interface of all makes
//! - [`shape`]: the structure of a message that is not understood, so that a person can mark it
//! - `text`, `body`, `field_tree`, `json_text`, `xml_text`: bytes in any format to fields
//! - `device_time`, `plate_text`, `vehicle_words`, `reading_flags`: values in any notation
//! - `resemblance`, `unknown`: messages that are not understood
//! - [`event_stream`]: splits an endless response into parts
//! - [`dahua`], [`hikvision`], [`huaxia`], [`zhenshi`]: the makes that post, and Zhenshi's that publishes
//! - [`dahua_stream`], [`hikvision_stream`]: the makes whose event stream the gateway requests
//! - [`frigate`], [`huaxia_mode2`], [`huaxia_mqtt`], [`qianlima_mqtt`]: further makes, with fields found by `flat_fields`
//! - [`native`]: events of native controllers that deviate from the protocol

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
pub mod makes;
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
