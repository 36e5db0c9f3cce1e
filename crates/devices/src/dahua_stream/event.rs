//! One event of the stream.

use std::time::Duration;

use domain::time::Timestamp;
use domain::vehicle::{VehicleClass, VehicleDetails};

use crate::event_key::EventKey;
use crate::flat_fields::FlatFields;
use crate::make::InboundMessage;
use crate::message::{MessageContent, PlateReading, UnknownContent};
use crate::{plate_text, vehicle_words};

/// Offset of the garages' local time: UTC+8.
const LOCAL_OFFSET: Duration = Duration::from_secs(8 * 3600);

/// Fields that make an event unique: a camera without event numbers has a clock or a time since its start.
const NUMBERS: [&str; 5] = ["GroupID", "EventID", "PTS", "UTCMS", "Object.ObjectID"];

#[derive(Debug)]
pub(super) struct TrafficEvent {
    fields: FlatFields,
    code: String,
    action: String,
    /// Channel index of the stream, from 0.
    index: Option<i64>,
    fault: Option<&'static str>,
}

impl TrafficEvent {
    pub(super) fn new(fields: FlatFields) -> Self {
        let text = |names: &[&str]| fields.text(names).unwrap_or_default().to_owned();
        let code = fields
            .text(&["EventBaseInfo.Code"])
            .or_else(|| fields.outer("Code"))
            .or_else(|| fields.text(&["TrafficCar.Event", "Code"]));
        let code = code.unwrap_or_default().to_owned();
        let action = text(&["EventBaseInfo.Action", "Action"]);
        let index = fields.number(&["EventBaseInfo.Index", "Channel", "Index"]);
        Self { code, action, index, fault: None, fields }
    }

    /// `Code=TrafficJunction;action=Pulse;index=0;data={...}`
    pub(super) fn from_code(text: &str) -> Option<Self> {
        let (head, data) = text.split_once("data=").map_or((text, None), |(head, data)| (head, Some(data)));
        let pairs: Vec<(&str, &str)> =
            head.split(';').filter_map(|pair| pair.trim().split_once('=')).collect();
        let of = |name: &str| {
            pairs.iter().find(|pair| pair.0.eq_ignore_ascii_case(name)).map(|pair| pair.1.trim().to_owned())
        };
        let fields = data.map(|data| FlatFields::from_json(data.as_bytes()));
        let fault = matches!(fields, Some(None)).then_some("data is no JSON");
        Some(Self {
            code: of("Code")?,
            action: of("action").unwrap_or_default(),
            index: of("index").and_then(|index| index.parse().ok()),
            fault,
            fields: fields.flatten().unwrap_or_default(),
        })
    }

    pub(super) fn channel(&self) -> Option<String> {
        self.index.map(|index| index.saturating_add(1).to_string())
    }

    pub(super) fn content(&self, message: &InboundMessage<'_>) -> MessageContent {
        let is_traffic = matches!(self.code.as_str(), "TrafficJunction" | "TrafficManualSnap");
        let has_plate = self.fields.has(&["TrafficCar.PlateNumber"]);
        let unknown = |fault: &str, resembles_reading| {
            MessageContent::NotUnderstood(UnknownContent { fault: fault.to_owned(), resembles_reading })
        };
        match (self.code.as_str(), self.fault) {
            (_, Some(fault)) if is_traffic => unknown(fault, true),
            ("", _) if has_plate => MessageContent::Reading(self.reading(message)),
            ("", _) => unknown("Code is missing", self.fields.resemble_reading()),
            _ if is_traffic && self.action == "Stop" => MessageContent::NoReading("end of an event"),
            _ if is_traffic => MessageContent::Reading(self.reading(message)),
            _ => MessageContent::NoReading("event of another code"),
        }
    }

    fn reading(&self, message: &InboundMessage<'_>) -> PlateReading {
        let fields = &self.fields;
        let plate = self.plate().unwrap_or_default();
        let moment =
            fields.text(&["RealUTC", "TrafficCar.UTC", "UTC", "LocaleTime", "SnapTime"]).unwrap_or_default();
        let numbers: Vec<&str> =
            NUMBERS.iter().map(|name| fields.text(&[name]).unwrap_or_default()).collect();
        let is_numbered = numbers.iter().any(|number| !matches!(*number, "" | "0")) || !moment.is_empty();
        let key = EventKey::new("dahua-stream", fields.text(&["MachineName"]).unwrap_or_default())
            .part("channel", &self.channel().unwrap_or_default())
            .part("plate", plate)
            .part("moment", moment)
            .number(&if is_numbered { numbers.join("/") } else { String::new() });
        PlateReading {
            key: key.finish(message.arrival),
            plate: plate_text::parse(plate).plate,
            confidence: fields.confidence(&["Object.Confidence", "TrafficCar.Confidence"]),
            vehicle: self.vehicle(),
            occurred_at: self.occurred_at(message.received_at),
            is_retransmission: false,
            is_opened_by_device: false,
            resume_after: None,
        }
    }

    /// `Object.Text` is a plate only for an object of this type; for a vehicle it is the brand.
    fn plate(&self) -> Option<&str> {
        let is_plate_object = self.fields.text(&["Object.ObjectType"]) == Some("Plate");
        let of_object = self.fields.text(&["Object.Text"]).filter(|_| is_plate_object);
        self.fields.text(&["TrafficCar.PlateNumber"]).or(of_object)
    }

    fn vehicle(&self) -> VehicleDetails {
        let is_other = self.fields.text(&["SnapCategory"]) == Some("NonMotor");
        let class = match self.fields.text(&["TrafficCar.VehicleSize"]) {
            _ if is_other => Some(VehicleClass::Motorcycle),
            Some("Light-duty" | "Small") => Some(VehicleClass::Small),
            Some("Medium") => Some(VehicleClass::Medium),
            Some("Oversize" | "Large") => Some(VehicleClass::Large),
            _ => None,
        };
        let travel = self.fields.text(&["JunctionDirection"]).and_then(vehicle_words::travel);
        let color = self
            .fields
            .text(&["TrafficCar.PlateColor", "Plate.PlateColor"])
            .and_then(vehicle_words::plate_color);
        VehicleDetails { plate_color: color, class, travel, is_suspect: false }
    }

    /// `RealUTC` is UTC. `UTC` is UTC in some firmware and local time in other; the interpretation nearer to the receipt counts.
    fn occurred_at(&self, received_at: Timestamp) -> Option<Timestamp> {
        if let Some(at) = self.fields.time(&["RealUTC"]) {
            return Some(self.with_milliseconds(at));
        }
        let Some(utc) = self.fields.text(&["UTC"]) else {
            return self.fields.time(&["LocaleTime", "SnapTime"]);
        };
        let Some(at) = self.fields.time(&["UTC"]) else {
            return self.fields.time(&["LocaleTime", "SnapTime"]);
        };
        if !utc.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(at);
        }
        let offset = i64::try_from(LOCAL_OFFSET.as_micros()).unwrap_or_default();
        let shifted = Timestamp::from_micros(at.micros().saturating_sub(offset));
        let distance = |candidate: Timestamp| candidate.micros().abs_diff(received_at.micros());
        Some(self.with_milliseconds(if distance(shifted) < distance(at) { shifted } else { at }))
    }

    fn with_milliseconds(&self, at: Timestamp) -> Timestamp {
        let millis = self.fields.number(&["UTCMS"]).filter(|millis| (0..1_000).contains(millis)).unwrap_or(0);
        Timestamp::from_micros(at.micros().saturating_add(millis * 1_000))
    }
}
