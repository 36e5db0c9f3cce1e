//! The first difference between a body and what a type writes for it.

use domain::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads the body as `T` and writes it again.
pub(super) fn same<T: DeserializeOwned + Serialize>(body: &Value) -> Result<(), String> {
    let parsed = T::deserialize(body).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&parsed).map_err(|error| error.to_string())?;
    compare("", body, &written)
}

/// No body at all, as with 204.
pub(super) fn nothing(body: &Value) -> Result<(), String> {
    if body.is_null() { Ok(()) } else { Err(format!("{body} instead of no body")) }
}

fn compare(path: &str, body: &Value, written: &Value) -> Result<(), String> {
    match (body, written) {
        (Value::Object(body), Value::Object(written)) => compare_keys(path, body, written),
        (Value::Array(body), Value::Array(written)) if body.len() == written.len() => {
            let mut pairs = body.iter().zip(written).enumerate();
            pairs.try_for_each(|(index, (body, written))| compare(&format!("{path}[{index}]"), body, written))
        }
        (Value::String(body), Value::String(written)) if is_same_text(body, written) => Ok(()),
        (Value::Number(body), Value::Number(written)) if body.as_f64() == written.as_f64() => Ok(()),
        _ if body == written => Ok(()),
        _ => Err(format!("{path} is {body}, our API writes {written}")),
    }
}

fn compare_keys(path: &str, body: &Map<String, Value>, written: &Map<String, Value>) -> Result<(), String> {
    if let Some(key) = body.keys().find(|key| !written.contains_key(*key)) {
        return Err(format!("{path}.{key} is not a key of the type"));
    }
    written.iter().try_for_each(|(key, written)| match body.get(key) {
        Some(body) => compare(&format!("{path}.{key}"), body, written),
        None => Err(format!("{path}.{key} is missing")),
    })
}

/// A time may have another offset or precision: browsers write milliseconds.
fn is_same_text(body: &str, written: &str) -> bool {
    let time = |text| Timestamp::parse(text).ok();
    body == written || time(body).is_some_and(|instant| time(written) == Some(instant))
}
