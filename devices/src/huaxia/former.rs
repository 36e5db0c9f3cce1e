//! The driver before `DeviceMake`, for the gateway until it uses that; to be deleted then.
//!
//! Huaxia (华夏智信) cameras, mode 5: forms that are posted, and answers that do something.
//!
//! There is no number in a message: a reading's name is made of camera, second and plate. What is not verified is in
//! `docs/devices/huaxia.md`.

use std::borrow::Cow;

use domain::time::Timestamp;
use serde_json::{Value, json};

use crate::key::Key;
use crate::lenient::no_plate;
use crate::told::{Health, Message, Reading, Told, Unreadable};

/// A reading with two pictures, in base64.
pub const LARGEST: usize = 8 * 1024 * 1024;

const MAKE: &str = "huaxia";

/// The fields that are of use; pictures are passed over.
#[derive(Default)]
struct Form<'a> {
    kind: Cow<'a, str>,
    plate: Cow<'a, str>,
    camera: Cow<'a, str>,
    seconds: Cow<'a, str>,
}

pub fn parse(body: &[u8]) -> Result<Message, Unreadable> {
    if body.len() > LARGEST {
        return Err(Unreadable::TooLarge(LARGEST));
    }
    let mut form = Form::default();
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            "type" => form.kind = value,
            "plate_num" => form.plate = value,
            "cam_id" => form.camera = value,
            "start_time" => form.seconds = value,
            _ => {}
        }
    }
    let told = match form.kind.as_ref() {
        "online" => Told::Car(form.reading(false)?),
        "offline" => Told::Car(form.reading(true)?),
        "heartbeat" => Told::Alive(Health::default()),
        "" => return Err(Unreadable::NotA("a form of this make")),
        _ => Told::Nothing("a type that is not known"),
    };
    let serial = (!form.camera.is_empty()).then(|| form.camera.into_owned());
    Ok(Message::new(serial, told))
}

impl Form<'_> {
    fn reading(&self, kept: bool) -> Result<Reading, Unreadable> {
        let plate = self.plate.trim();
        // What was not UTF-8 (some firmware writes GBK) has become something else: better no plate than a wrong one.
        let broken =
            !plate.chars().all(|c| c.is_ascii_graphic() || matches!(c, ' ' | '·' | '\u{4e00}'..='\u{9fff}'));
        let at = self.seconds.trim().parse::<i64>().ok().filter(|sec| *sec > 0);
        let at = at.and_then(|sec| sec.checked_mul(1_000_000)).map(Timestamp::from_micros);
        if at.is_none() && kept {
            let fault = "is not the seconds since 1970: what was kept cannot be told from what comes again"
                .to_owned();
            return Err(Unreadable::Field { field: "start_time", fault });
        }
        Ok(Reading {
            key: Key::of(MAKE).part(&self.camera.replace(':', "")).part(plate).time(at).finish(),
            plate: (!no_plate(plate) && !broken).then(|| plate.to_owned()),
            confidence: 100,
            occurred_at: at,
            kept,
            opened: false,
            next: None,
        })
    }
}

/// What to answer. The default says that the message has arrived, and opens nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reply {
    pub open: bool,
}

impl Reply {
    /// `error_num` other than 0 makes the camera send it again. The names inside `gpio_data` are not verified.
    pub fn body(self) -> Value {
        let mut answer = json!({ "error_num": 0, "error_str": "" });
        if let (true, Some(members)) = (self.open, answer.as_object_mut()) {
            members.insert("gpio_data".into(), json!([{ "ionum": "io1", "action": "on" }]));
        }
        answer
    }
}
