//! The driver before `DeviceMake`, for the gateway until it uses that; to be deleted then.
//!
//! Hikvision cameras, ISAPI: XML that is posted, alone or as a part beside pictures.
//!
//! The answer says nothing; the barrier is opened by a request to the camera ([`open`]), with digest authentication. What is not
//! verified is in `docs/devices/hikvision.md`.

use domain::device::Quirk;
use domain::plate::Plate;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::key::Key;
use crate::lenient::no_plate;
use crate::local;
use crate::told::{Health, Message, Reading, Told, Unreadable};

/// With pictures.
pub const LARGEST: usize = 16 * 1024 * 1024;

/// The XML alone.
const LARGEST_XML: usize = 256 * 1024;

const MAKE: &str = "hikvision";
const BEGIN: &[u8] = b"<EventNotificationAlert";
const END: &[u8] = b"</EventNotificationAlert>";

/// Mainland cameras write the plate's colour in front of it.
const COLOURS: [char; 5] = ['蓝', '黄', '绿', '白', '黑'];

/// The first text under each of these names; the time only of the alert itself, not of its pictures.
#[derive(Debug, Default)]
struct Alert {
    event_type: String,
    date_time: String,
    mac: String,
    channel: String,
    device: String,
    uuid: String,
    plate: String,
    confidence: String,
    data_type: String,
    gate: String,
}

pub fn parse(body: &[u8]) -> Result<Message, Unreadable> {
    if body.len() > LARGEST {
        return Err(Unreadable::TooLarge(LARGEST));
    }
    let xml = alert_of(body).ok_or(Unreadable::NotA("an EventNotificationAlert"))?;
    if xml.len() > LARGEST_XML {
        return Err(Unreadable::TooLarge(LARGEST_XML));
    }
    let alert = Alert::read(xml)?;
    let told = match alert.event_type.to_ascii_lowercase().as_str() {
        "anpr" => Told::Car(alert.reading()),
        // What a camera without news sends.
        "videoloss" | "heartbeat" => Told::Alive(Health::default()),
        "" => return Err(Unreadable::Field { field: "eventType", fault: "is missing".into() }),
        _ => Told::Nothing("an event of another type"),
    };
    let serial = if alert.device.is_empty() { alert.mac } else { alert.device };
    let coloured = matches!(&told, Told::Car(reading) if reading.plate.as_deref().is_some_and(|plate| plate != alert.plate.trim()));
    Ok(Message::new((!serial.is_empty()).then_some(serial), told).with(Quirk::ColourInPlate, coloured))
}

/// The XML, wherever it is: boundaries and parts differ between firmware, these two tags do not.
fn alert_of(body: &[u8]) -> Option<&[u8]> {
    let from = find(body, BEGIN)?;
    let rest = body.get(from..)?;
    rest.get(..find(rest, END)? + END.len())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

impl Alert {
    fn read(xml: &[u8]) -> Result<Self, Unreadable> {
        let mut reader = Reader::from_reader(xml);
        reader.config_mut().trim_text(true);
        let (mut alert, mut name, mut depth) = (Self::default(), Vec::new(), 0_usize);
        loop {
            match reader.read_event().map_err(|_| Unreadable::NotA("XML"))? {
                Event::Start(start) => {
                    name = start.local_name().as_ref().to_vec();
                    depth += 1;
                }
                Event::End(_) => {
                    name.clear();
                    depth = depth.saturating_sub(1);
                }
                Event::Text(text) => {
                    let text = text.decode().map_err(|_| Unreadable::NotA("UTF-8"))?;
                    if let Some(field) = alert.field(&name, depth).filter(|field| field.is_empty()) {
                        field.push_str(text.trim());
                    }
                }
                Event::Eof => return Ok(alert),
                _ => {}
            }
        }
    }

    fn field(&mut self, name: &[u8], depth: usize) -> Option<&mut String> {
        Some(match name {
            b"eventType" => &mut self.event_type,
            b"dateTime" if depth == 2 => &mut self.date_time,
            b"macAddress" => &mut self.mac,
            b"channelID" => &mut self.channel,
            b"deviceID" => &mut self.device,
            b"UUID" => &mut self.uuid,
            b"licensePlate" => &mut self.plate,
            b"confidenceLevel" => &mut self.confidence,
            b"alarmDataType" => &mut self.data_type,
            b"barrierGateCtrlType" => &mut self.gate,
            _ => return None,
        })
    }

    fn reading(&self) -> Reading {
        let at = local::time(&self.date_time);
        let kept = self.data_type == "1";
        let camera = format!("{}.{}", self.mac.replace(':', ""), self.channel);
        let id = if self.uuid.is_empty() { &self.plate } else { &self.uuid };
        let key = Key::of(MAKE).part(&camera).part(id).time(at);
        Reading {
            key: key.finish(),
            plate: plate(&self.plate),
            confidence: self
                .confidence
                .parse::<i64>()
                .map_or(100, |c| u8::try_from(c.clamp(0, 100)).unwrap_or(0)),
            occurred_at: at,
            kept,
            // Of a live reading 1 is "opened", of one from its history 0.
            opened: self.gate == if kept { "0" } else { "1" },
            next: None,
        }
    }
}

fn plate(text: &str) -> Option<String> {
    let text = text.trim();
    if no_plate(text) {
        return None;
    }
    let bare = text.strip_prefix(COLOURS).filter(|bare| Plate::parse(bare).is_ok());
    Some(bare.unwrap_or(text).to_owned())
}

/// Opens the barrier: a PUT to the camera, its path and its body.
pub fn open(channel: u32) -> (String, String) {
    let path = format!("/ISAPI/Parking/channels/{channel}/barrierGate");
    (path, "<BarrierGate><ctrlMode>open</ctrlMode></BarrierGate>".to_owned())
}
