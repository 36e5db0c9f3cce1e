//! What gate devices of other makers say and hear, in one form.
//!
//! Pure: bytes in, meaning out; meaning in, bytes out. No decision is made here, and nothing is sent: whether a car may come in is the
//! gateway's business. Each make has a module of its own that knows its quirks, with what it says (`parse`), what it hears (`reply`,
//! `command`) and how a device of that make plays its part (`play`, for the simulator and for tests). Devices behave as they do, not as their
//! manual says: a reader takes every shape that was seen in the field.
//!
//! - [`told`]: what a device said, whatever its make
//! - `key`, `lenient`, `local`: names of what was told; values and times as devices write them
//! - [`dahua`], [`hikvision`], [`huaxia`], [`zhenshi`]

pub mod confidence;
pub mod dahua;
pub mod dahua_stream;
pub mod event_key;
pub mod event_stream;
mod flat_fields;
pub mod frigate;
pub mod hikvision;
pub mod huaxia;
pub mod huaxia_mode2;
pub mod huaxia_mqtt;
mod key;
mod lenient;
mod local;
pub mod make;
pub mod message;
pub mod qianlima_mqtt;
pub mod told;
pub mod zhenshi;
