//! HTTP bodies about people, from the server to `miniapp-api` (`/internal/v1`) and from there to the phones (`/api/v1`).
//!
//! Every call to `/internal/v1` carries the service token (`Authorization: Bearer`). Calls for a person
//! also carry that person's session in [`SESSION_HEADER`], so `miniapp-api` can act only for people who are logged in through it.

use domain::ids::{ArrivalId, ClassId, PersonId, PupilId, SchoolId, VehicleId};
pub use domain::pickup::{ArrivalNote, ReadingDoubt};
use domain::pickup::{PickupAct, PickupPhase};
use domain::time::Timestamp;
use domain::vehicle::PlateColor;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Header with the person's session token on `/internal/v1`.
pub const SESSION_HEADER: &str = "x-user-session";

/// Position in the append-only arrivals feed. It grows with each change, in commit order.
pub type FeedCursor = i64;

/// `?after=CURSOR` of a board and of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct AfterCursorQuery {
    /// The cursor of the last response: only later changes. Absent: everything of today.
    #[serde(default, deserialize_with = "feed_cursor", skip_serializing_if = "Option::is_none")]
    pub after: Option<FeedCursor>,
}

fn feed_cursor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FeedCursor>, D::Error> {
    let cursor = Option::<FeedCursor>::deserialize(deserializer)?;
    match cursor {
        Some(cursor) if cursor < 0 => Err(D::Error::custom("the cursor must not be negative")),
        checked => Ok(checked),
    }
}

/// `POST /internal/v1/sessions`: opens a session for an authenticated WeChat user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPersonSession {
    pub openid: String,
    /// On the first log-in: the person's one-off code from the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_code: Option<String>,
    /// Registers an account without a person as a driver: a person without a name or a school who may reserve public spaces.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub register: bool,
}

/// `POST /api/v1/sessions` from the mini-program.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WechatLogIn {
    /// From `wx.login`; single use.
    pub js_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_code: Option<String>,
    /// Registers as a driver if the account has no person yet. A school's code may later bind the account to a person; plates and
    /// reservations then move to that person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub register: bool,
}

/// A new session. The server returns the token once and stores only its hash.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonSession {
    pub token: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    pub me: PersonProfile,
}

/// `GET .../me`: the session's person and its roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonProfile {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub person_id: PersonId,
    pub name: String,
    /// Classes taught by this person.
    pub classes: Vec<SchoolClass>,
    /// True if the person has children here.
    pub guardian: bool,
    /// School of the waiting hall, if this is a hall screen's account.
    pub hall: Option<SchoolReference>,
    /// True for a self-registered driver without a school.
    #[serde(default)]
    pub driver: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SchoolClass {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-1-1"))]
    pub id: ClassId,
    pub name: String,
    pub school: SchoolReference,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SchoolReference {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-primary"))]
    pub id: SchoolId,
    pub name: String,
}

/// `GET .../classes/{class}/arrivals?after=CURSOR`.
///
/// Without `after`: every arrival of today. With `after`: the present state of arrivals that have changed since, in order of their last
/// change, at most [`PAGE`]. The client replaces an arrival by its `id`; `cursor` is the next `after`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassArrivals {
    pub class: SchoolClass,
    pub cursor: FeedCursor,
    /// More changes exist: request the next page with `cursor`.
    pub more: bool,
    pub arrivals: Vec<ClassArrival>,
}

/// Most changes in one response.
pub const PAGE: i64 = 200;

/// An arrival as the class's teachers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassArrival {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: ArrivalId,
    /// Cursor of its last change.
    pub cursor: FeedCursor,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub pupil_id: PupilId,
    pub pupil: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-1-1"))]
    pub class: ClassId,
    pub class_name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "waiting"))]
    pub phase: PickupPhase,
    /// 1 for the first arrival of the class today.
    pub order: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub arrived_at: Timestamp,
    /// Start of the present phase; the car's exit does not change it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
    /// End of the time in which the last act can be undone; absent if it cannot.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub undo_until: Option<Timestamp>,
    /// Last three characters of the plate; absent for a claim by hand.
    pub plate_tail: Option<String>,
    /// Relation of the car's guardians to the child, such as `母亲`.
    pub guardian: Option<String>,
    pub note: Option<ArrivalNote>,
    /// Time at which the car left the garage.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub car_left_at: Option<Timestamp>,
    /// The car was read and has not passed the gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_gate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<ReadingDoubt>,
}

/// `POST .../arrivals/{id}/acts`. `seen` is the arrival's cursor on the teacher's screen: a stale screen receives 409
/// `arrival_changed`, so that no act applies to a state that it did not show. Repeating a completed act is not an error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ArrivalAct {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "release"))]
    pub act: PickupAct,
    pub seen: FeedCursor,
}

/// `GET .../hall/arrivals?after=CURSOR`: a whole school's arrivals for the waiting hall's screen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallArrivals {
    pub school: SchoolReference,
    pub cursor: FeedCursor,
    pub more: bool,
    pub arrivals: Vec<HallArrival>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallArrival {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: ArrivalId,
    pub cursor: FeedCursor,
    /// Masked: `王*明`.
    pub pupil: String,
    pub class_name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "waiting"))]
    pub phase: PickupPhase,
    pub order: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
    /// The car was read and has not passed the gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_gate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<ReadingDoubt>,
}

/// `GET .../guardian`: the caller's children and plates.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuardianOverview {
    pub children: Vec<GuardianChild>,
    pub plates: Vec<OwnPlate>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuardianChild {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub pupil_id: PupilId,
    pub name: String,
    pub class_name: String,
    /// Today's pickup window at the school's garage, if any.
    pub window: Option<PickupWindow>,
    /// Today's latest arrival for this child.
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

/// An arrival as the child's guardian sees it. In phase `handed_over` it is the receipt.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildArrival {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: ArrivalId,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "waiting"))]
    pub phase: PickupPhase,
    pub order: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub arrived_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
    pub plate: Option<String>,
    /// Name of the teacher of the last act.
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
    pub id: VehicleId,
    pub plate: String,
    /// Absent if unknown. A yellow and a blue plate with the same text are two vehicles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "blue"))]
    pub plate_color: Option<PlateColor>,
}

/// `GET .../plates`: the caller's own plates.
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

/// Most plates that one person may register. A guardian's plates open the gate for pickup; any person may reserve for an own plate.
pub const MAX_PLATES: i64 = 3;

/// `POST .../guardian/claims`: a guardian reports an arrival by hand. Empty `pupils` means all children of the caller.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ArrivalClaim {
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub pupils: Vec<PupilId>,
}

/// `GET /internal/v1/feed?after=CURSOR&wait_ms=N`: classes with changed arrivals, never children.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArrivalFeedPage {
    pub cursor: FeedCursor,
    pub news: Vec<ClassFeedUpdate>,
}

/// The newest cursor of a class with changes after `after`. The school's hall has the same changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassFeedUpdate {
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-1-1"))]
    pub class: ClassId,
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "macau-road-primary"))]
    pub school: SchoolId,
    pub cursor: FeedCursor,
}

/// Frames of the WebSockets `/api/v1/classes/{class}/arrivals/stream` and `/api/v1/hall/stream`.
///
/// Close codes: 4401 the session has ended, 4403 the class or hall does not belong to this person, 4409 the client read too slowly. After
/// other codes than 4401 and 4403 the client reconnects with its last cursor, after 1012 without one, because cursors have gone backwards.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StreamFrame<T> {
    /// One changed arrival, complete. The client resumes from its `cursor`.
    Arrival(T),
    /// Every change up to `cursor` has been sent: the screen is up to date. Sent after the first board and then every 20 s while no change
    /// is missing, because a browser cannot see pings.
    Live { cursor: FeedCursor },
}
