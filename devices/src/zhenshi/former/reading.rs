//! The shape of a reading, on both ways.

use domain::time::Timestamp;
use serde::Deserialize;

use super::{PREFIX, signal};
use crate::key::Key;
use crate::lenient::{Number, Text, no_plate};
use crate::told::{Message, Reading, Told, Unreadable, What};

/// `AlarmInfoPlate`. Pictures and whatever else there is are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AlarmInfoPlate {
    pub serialno: Text,
    result: Option<PlateOuter>,
}

#[derive(Debug, Deserialize)]
struct PlateOuter {
    #[serde(rename = "PlateResult")]
    plate: Option<PlateResult>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PlateResult {
    license: Text,
    confidence: Number,
    #[serde(rename = "plateid")]
    plate_id: Number,
    unique_id: Text,
    #[serde(rename = "isoffline")]
    is_offline: Number,
    #[serde(rename = "triggerType")]
    trigger: Number,
    #[serde(rename = "type")]
    plate_type: Number,
    #[serde(rename = "timeStamp")]
    time: Option<TimeStamp>,
    gioouts: Option<Vec<Output>>,
}

#[derive(Debug, Deserialize)]
struct TimeStamp {
    #[serde(rename = "Timeval")]
    value: Option<TimeValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TimeValue {
    sec: Number,
    usec: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Output {
    ctrltype: Number,
}

/// `AlarmGioIn`: an electric input has changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AlarmGioIn {
    pub serialno: Text,
    result: Option<InputOuter>,
}

#[derive(Debug, Deserialize)]
struct InputOuter {
    #[serde(rename = "TriggerResult")]
    trigger: Option<TriggerResult>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TriggerResult {
    source: Number,
    value: Number,
}

/// `ctrltype`: opened by the camera's own list while the server was away.
const BY_ITS_LIST: i64 = 2;
/// `type`: no plate.
const NONE: i64 = 31;

impl AlarmInfoPlate {
    /// `decode`: how this way writes texts.
    pub fn told(&self, serial: &str, decode: fn(&str) -> String) -> Result<Message, Unreadable> {
        let missing =
            || Unreadable::Field { field: "AlarmInfoPlate.result.PlateResult", fault: "is missing".into() };
        let plate = self.result.as_ref().and_then(|outer| outer.plate.as_ref()).ok_or_else(missing)?;
        Ok(Message::new(named(serial), plate.told(serial, decode)))
    }
}

impl AlarmGioIn {
    /// Inputs have no name of their own: `id` is the message's, or the moment at which it came.
    pub fn told(&self, serial: &str, id: &str, at: Option<Timestamp>) -> Result<Message, Unreadable> {
        let missing =
            || Unreadable::Field { field: "AlarmGioIn.result.TriggerResult", fault: "is missing".into() };
        let input = self.result.as_ref().and_then(|outer| outer.trigger.as_ref()).ok_or_else(missing)?;
        let number = input.source.get().and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX);
        let on = input.value.get() == Some(1);
        let id = format!("{number}{}{id}", u8::from(on));
        let signal = signal(serial, What::Input { number, on }, &id, at);
        Ok(Message::new(named(serial), Told::Lane(signal)))
    }
}

pub(super) fn named(serial: &str) -> Option<String> {
    (!serial.is_empty()).then(|| serial.to_owned())
}

impl PlateResult {
    fn told(&self, serial: &str, decode: fn(&str) -> String) -> Told {
        let at = self.occurred_at();
        let id = self.id(decode);
        let what = match self.trigger.get() {
            Some(64) => Some(What::Stuck),
            Some(65) => Some(What::Free),
            Some(66) => Some(What::Reversed),
            _ => None,
        };
        if let Some(what) = what {
            return Told::Lane(signal(serial, what, &id, at));
        }
        let outputs = self.gioouts.iter().flatten();
        Told::Car(Reading {
            // A counter may begin again after a restart: the time keeps two of the same number apart.
            key: Key::of(PREFIX).part(serial).part(&id).time(at).finish(),
            plate: self.plate(decode),
            confidence: self
                .confidence
                .get()
                .map_or(100, |percent| u8::try_from(percent.clamp(0, 100)).unwrap_or(0)),
            occurred_at: at,
            kept: self.is_offline.get() == Some(1),
            opened: outputs.into_iter().any(|output| output.ctrltype.get() == Some(BY_ITS_LIST)),
            next: self.plate_id.get(),
        })
    }

    fn id(&self, decode: fn(&str) -> String) -> String {
        match (self.plate_id.get(), self.unique_id.0.as_str()) {
            (Some(id), _) => id.to_string(),
            (None, "") => decode(&self.license.0),
            (None, id) => id.to_owned(),
        }
    }

    fn plate(&self, decode: fn(&str) -> String) -> Option<String> {
        let plate = decode(&self.license.0).trim().to_owned();
        if self.plate_type.get() == Some(NONE) || no_plate(&plate) { None } else { Some(plate) }
    }

    fn occurred_at(&self) -> Option<Timestamp> {
        let value = self.time.as_ref()?.value.as_ref()?;
        let sec = value.sec.get().filter(|sec| *sec > 0)?;
        let micros = value.usec.get().filter(|usec| (0..1_000_000).contains(usec)).unwrap_or(0);
        Some(Timestamp::from_micros(sec.checked_mul(1_000_000)?.checked_add(micros)?))
    }
}
