//! The driver before `DeviceMake`, for the gateway until it uses that; to be deleted then.
//!
//! Dahua cameras, ITSAPI: JSON that is posted to three addresses, the last part of which says what it is.
//!
//! The answer only stops the camera from sending again; the barrier is opened by a request to the camera ([`OPEN`]), with digest
//! authentication. What is not verified is in `docs/devices/dahua.md`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::key::Key;
use crate::lenient::{Number, Text, no_plate};
use crate::local;
use crate::told::{Health, Message, Reading, Told, Unreadable};

/// A reading with two pictures, in base64.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// To the camera, with GET: a pulse at the output of its first channel.
pub const OPEN: &str =
    "/cgi-bin/trafficSnap.cgi?action=openStrobe&channel=1&info.openType=Normal&info.plateNumber=";

const MAKE: &str = "dahua";

/// What is posted where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Car,
    Alive,
    Device,
}

impl Kind {
    /// By the path, which begins with whatever was entered in the camera.
    pub fn of_path(path: &str) -> Option<Self> {
        match path.trim_end_matches('/').rsplit('/').next()? {
            "TollgateInfo" => Some(Self::Car),
            "KeepAlive" => Some(Self::Alive),
            "DeviceInfo" => Some(Self::Device),
            _ => None,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Posted {
    #[serde(rename = "Picture")]
    picture: Option<Picture>,
    #[serde(rename = "DeviceID")]
    device: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Picture {
    plate: Plate,
    snap_info: Snap,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Plate {
    plate_number: Text,
    confidence: Number,
    is_exist: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Snap {
    #[serde(rename = "DeviceID")]
    device: Text,
    snap_time: Text,
    accurate_time: Text,
    open_strobe: Text,
}

pub fn parse(kind: Kind, body: &[u8]) -> Result<Message, Unreadable> {
    if body.len() > LARGEST {
        return Err(Unreadable::TooLarge(LARGEST));
    }
    if kind != Kind::Car {
        // Some firmware sends these without a body.
        let posted: Posted = serde_json::from_slice(body).unwrap_or_default();
        return Ok(Message::new(named(posted.device), Told::Alive(Health::default())));
    }
    let posted: Posted = serde_json::from_slice(body).map_err(|_| Unreadable::NotA("JSON of a reading"))?;
    let missing = || Unreadable::Field { field: "Picture", fault: "is missing".into() };
    let picture = posted.picture.ok_or_else(missing)?;
    Ok(Message::new(named(picture.snap_info.device.clone()), Told::Car(picture.reading())))
}

fn named(Text(device): Text) -> Option<String> {
    (!device.is_empty()).then_some(device)
}

impl Picture {
    fn reading(&self) -> Reading {
        let snap = &self.snap_info;
        let at = local::time(&snap.accurate_time.0).or_else(|| local::time(&snap.snap_time.0));
        let plate = self.plate.plate_number.0.trim();
        let seen = !no_plate(plate) && !matches!(self.plate.is_exist.0.as_str(), "0" | "false");
        Reading {
            key: Key::of(MAKE).part(&snap.device.0).part(plate).time(at).finish(),
            plate: seen.then(|| plate.to_owned()),
            confidence: percent(self.plate.confidence.get()),
            occurred_at: at,
            kept: false,
            opened: matches!(snap.open_strobe.0.as_str(), "1" | "true"),
            next: None,
        }
    }
}

/// Some write 0 to 255.
fn percent(confidence: Option<i64>) -> u8 {
    match confidence {
        Some(percent @ 0..=100) => u8::try_from(percent).unwrap_or(0),
        Some(of_255 @ 101..=255) => u8::try_from(of_255 * 100 / 255).unwrap_or(0),
        Some(_) => 0,
        None => 100,
    }
}

/// `"result": "true"` stops it from sending the same again; the other spelling is what some firmware looks for.
pub fn reply() -> Value {
    json!({ "result": "true", "Result": true, "Message": "OK" })
}
