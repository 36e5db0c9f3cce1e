//! HTTP bodies about people: server to `miniapp-api` (`/internal/v1`), and on to the phones (`/api/v1`).
//!
//! Every call to `/internal/v1` carries the service token (`Authorization: Bearer`). Calls for a person carry
//! that person's session in [`SESSION_HEADER`] as well: `miniapp-api` can act only for people who pass through it.

use domain::ids::{ClassId, SchoolId};
use domain::pickup::{Act, Phase};
use domain::time::Timestamp;
use domain::vehicle::PlateColor;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Header with the person's session token on `/internal/v1`.
pub const SESSION_HEADER: &str = "x-user-session";

/// Place in the append-only arrivals feed: grows with each change, in the order of the commits.
pub type Cursor = i64;

/// `POST /internal/v1/sessions`: a WeChat user has proved to be `openid`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSession {
    pub openid: String,
    /// On the first log-in: the one-off code that the school gave to this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_code: Option<String>,
    /// An account that is bound to nobody becomes a driver: somebody without a name or a school, who may reserve public
    /// spaces.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub register: bool,
}

/// `POST /api/v1/sessions` from the mini-program.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// From `wx.login`; single use.
    pub js_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_code: Option<String>,
    /// Come as a driver if the account is bound to nobody yet. A code of a school later on binds it to that person, to whom
    /// plates and reservations go over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub register: bool,
}

/// A session: the token is shown once and only its hash is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub token: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    pub me: Me,
}

/// `GET .../me`: who I am and what I may open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub person_id: Uuid,
    pub name: String,
    /// Classes that this person teaches.
    pub classes: Vec<Class>,
    /// True if the person has children here.
    pub guardian: bool,
    /// The waiting hall that this account shows, if it is a hall screen.
    pub hall: Option<School>,
    /// True for somebody who has registered alone and whom no school knows.
    #[serde(default)]
    pub driver: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Class {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-1-1"))]
    pub id: ClassId,
    pub name: String,
    pub school: School,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct School {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-primary"))]
    pub id: SchoolId,
    pub name: String,
}

/// `GET .../classes/{class}/arrivals?after=CURSOR`.
///
/// Without `after`: every arrival of today. With `after`: those that changed since, as they are now, in the
/// order of their last change, at most [`PAGE`]. An arrival is replaced by its `id`; `cursor` is the next `after`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Arrivals {
    pub class: Class,
    pub cursor: Cursor,
    /// More changes than fit are waiting: ask again with `cursor`.
    pub more: bool,
    pub arrivals: Vec<Arrival>,
}

/// Changes in one answer.
pub const PAGE: i64 = 200;

/// An arrival as the class's teachers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Arrival {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    /// Cursor of its last change.
    pub cursor: Cursor,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub pupil_id: Uuid,
    pub pupil: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-1-1"))]
    pub class: ClassId,
    pub class_name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "waiting"))]
    pub phase: Phase,
    /// 1 for the first arrival of the class today.
    pub order: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub arrived_at: Timestamp,
    /// When it took its present phase; a car that leaves does not move it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
    /// Until when the last act can be undone; absent if it cannot.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub undo_until: Option<Timestamp>,
    /// Last three characters of the plate; absent for a claim by hand.
    pub plate_tail: Option<String>,
    /// Relation of the guardians of the car to the child, such as `母亲`.
    pub guardian: Option<String>,
    pub note: Option<Note>,
    /// The car has left the garage.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub car_left_at: Option<Timestamp>,
    /// The car was read and has not passed the gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_gate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<ReadingDoubt>,
}

/// What a teacher should know before releasing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Another guardian's car is waiting for the same child already.
    AlreadyWaiting,
    /// The child was handed over to another car less than an hour ago.
    AlreadyHandedOver,
}

/// Why a teacher should look at the car before the child goes to it. No child is lost by it and none is released by it: a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadingDoubt {
    /// The camera read this car again as another plate, which stands.
    ReadAgain,
    /// The camera read this car as two plates: another child may wait for the same car.
    TwoReadings,
    /// Several registered vehicles have this text in different plate colours, and the camera reported no colour.
    SeveralVehicles,
}

/// `POST .../arrivals/{id}/acts`. `seen` is the arrival's cursor on the teacher's screen: a stale screen gets 409
/// `arrival_changed` instead of acting on what it did not show. Repeating an act that is done already is not an error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ArrivalAct {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "release"))]
    pub act: Act,
    pub seen: Cursor,
}

/// `GET .../hall/arrivals?after=CURSOR`: what the waiting hall's screen shows of a whole school.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallArrivals {
    pub school: School,
    pub cursor: Cursor,
    pub more: bool,
    pub arrivals: Vec<HallArrival>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallArrival {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    pub cursor: Cursor,
    /// Masked: `王*明`.
    pub pupil: String,
    pub class_name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "waiting"))]
    pub phase: Phase,
    pub order: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
    /// The car was read and has not passed the gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_gate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<ReadingDoubt>,
}

/// `GET .../guardian`: a parent's own page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Guardian {
    pub children: Vec<Child>,
    pub plates: Vec<OwnPlate>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Child {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub pupil_id: Uuid,
    pub name: String,
    pub class_name: String,
    /// Pickup window of today at the school's garage, if there is one.
    pub window: Option<PickupWindow>,
    /// The latest arrival of today for this child.
    pub arrival: Option<ChildArrival>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PickupWindow {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub from: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub to: Timestamp,
}

/// An arrival as the child's guardian sees it; with `handed_over` it is the receipt.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildArrival {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "waiting"))]
    pub phase: Phase,
    pub order: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub arrived_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
    pub plate: Option<String>,
    /// The teacher who did the last act.
    pub teacher: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub car_left_at: Option<Timestamp>,
    /// The car was read and has not passed the gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_gate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<ReadingDoubt>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnPlate {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    pub plate: String,
    /// Where it is known: a yellow and a blue plate of one text are two vehicles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "blue"))]
    pub plate_color: Option<PlateColor>,
}

/// `GET .../plates`: the caller's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnPlates {
    pub plates: Vec<OwnPlate>,
}

/// `POST .../plates`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPlate {
    pub plate: String,
    /// `blue`, `yellow`, `white`, `black`, `green` or `yellow_green`; absent: not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "blue"))]
    pub plate_color: Option<PlateColor>,
}

/// Plates that one person may register: a guardian's open the gate for pickup, and anybody's may be reserved for.
pub const MAX_PLATES: i64 = 3;

/// `POST .../guardian/claims`: "I am here", by hand. Empty `pupils` means all of my children.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Claim {
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub pupils: Vec<Uuid>,
}

/// `GET /internal/v1/feed?after=CURSOR&wait_ms=N`: who has news. It names rooms, never children.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedPage {
    pub cursor: Cursor,
    pub news: Vec<RoomNews>,
}

/// The newest cursor of a class since `after`; its school's hall has the same news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomNews {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-1-1"))]
    pub class: ClassId,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-primary"))]
    pub school: SchoolId,
    pub cursor: Cursor,
}

/// Frames of the WebSockets `/api/v1/classes/{class}/arrivals/stream` and `/api/v1/hall/stream`.
///
/// Close codes: 4401 the session has ended, 4403 not this person's; after any other the phone comes back with its last cursor,
/// after 1012 without one (cursors have gone backwards). 4409 says that it read too slowly.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame<T> {
    /// One changed arrival, whole. `cursor` inside is what to resume from.
    Arrival(T),
    /// Everything up to `cursor` has been sent: the screen is up to date. Said after the first board, and again every 20 s
    /// while nothing is missing: a browser cannot see pings.
    Live { cursor: Cursor },
}
