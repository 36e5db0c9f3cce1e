//! The answer to a car at the gate, and what the lane's display says.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Audience;
use crate::occupancy::Direction;
use crate::time::Timestamp;

/// Answer to a car at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Decision {
    /// Barrier up. Exits have no audience: everybody may leave.
    Open {
        audience: Option<Audience>,
        /// By which reservation, if by one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reservation: Option<Uuid>,
        /// When the car must be out again, where its stay has an end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leave_by: Option<Timestamp>,
        /// Where no right has opened it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<Because>,
    },
    /// Barrier stays down, and the driver is told why.
    Refuse {
        reason: Reason,
        /// When this car may come in, where that is today.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<Timestamp>,
    },
    /// Barrier stays down until a person has looked.
    Review { reason: Reason },
}

/// Why a barrier opens though no right does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    Fire,
    /// A person lets in a car that the rules would not.
    Ordered,
    /// Police, fire and rescue: by the plate.
    Emergency,
    /// The barrier stays up, and the car drives through.
    HeldOpen,
    /// The gateway did not understand a message of the lane's own device. The exit opens so that no car is trapped.
    NotUnderstood,
    /// Standing rights of a box whose clock cannot be believed.
    ClockUntrusted,
    /// Of a newer version.
    #[serde(other)]
    Other,
}

/// Why a barrier stays down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    UnknownPlate,
    OutsideWindow,
    /// As many cars are inside as there are spaces.
    Full,
    /// What is not taken yet is reserved or kept for others.
    Reserved,
    /// The window is for those who have reserved.
    NotReserved,
    /// The plate's own time, by reservation or class, begins later today.
    TooEarly,
    /// No car comes in at this hour.
    LockedOut,
    /// The shortest stay would not end before the window does.
    WindowEnding,
    /// An operator or the rule of strikes keeps the plate from coming in as the public.
    Blocked,
    UnreadPlate,
    LowConfidence,
    /// The camera suspects a picture of a plate.
    SuspectedFake,
    /// The device was asked to open and did not confirm it.
    DidNotOpen,
    /// The vehicle drives away from an entry.
    DrivesAway,
    /// The box does not know the time, and the plate has no standing right.
    ClockUntrusted,
    NoPlan,
    PlanTooOld,
    /// A reason of a newer version.
    #[serde(other)]
    Other,
}

impl Decision {
    /// Up, without a reservation and without an end.
    pub const fn open(audience: Option<Audience>) -> Self {
        Self::Open { audience, reservation: None, leave_by: None, because: None }
    }

    /// For everybody, in and out.
    pub const fn fire() -> Self {
        Self::Open { audience: None, reservation: None, leave_by: None, because: Some(Because::Fire) }
    }

    /// Without a right, because a person has said so.
    pub const fn ordered() -> Self {
        Self::Open { audience: None, reservation: None, leave_by: None, because: Some(Because::Ordered) }
    }

    /// Without a right, by what the car is there for.
    pub const fn emergency() -> Self {
        Self::Open { audience: None, reservation: None, leave_by: None, because: Some(Because::Emergency) }
    }

    /// Without a right, through a barrier that stays up.
    pub const fn held_open() -> Self {
        Self::Open { audience: None, reservation: None, leave_by: None, because: Some(Because::HeldOpen) }
    }

    /// Without a right, after a message that the gateway did not understand.
    pub const fn not_understood() -> Self {
        Self::Open {
            audience: None,
            reservation: None,
            leave_by: None,
            because: Some(Because::NotUnderstood),
        }
    }

    pub const fn refuse(reason: Reason) -> Self {
        Self::Refuse { reason, not_before: None }
    }

    pub const fn too_early(not_before: Timestamp) -> Self {
        Self::Refuse { reason: Reason::TooEarly, not_before: Some(not_before) }
    }

    pub const fn opens(self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// The lane's display while a person lets the car pass, whatever was decided.
pub const ORDERED_DISPLAY: &str = "值班员放行 请通行";

/// The lane's display at `now`, in Chinese: two short texts, which the usual two-row LED shows one below the other.
pub fn display_text(decision: Decision, direction: Direction, now: Timestamp) -> String {
    match (direction, decision) {
        (Direction::In, Decision::Open { because: Some(Because::Fire), .. }) => "火警 请勿驶入".to_owned(),
        (Direction::Out, Decision::Open { because: Some(Because::Fire), .. }) => "火警 请尽快驶离".to_owned(),
        (Direction::Out, Decision::Open { .. }) => "一路平安".to_owned(),
        (Direction::In, Decision::Open { because: Some(Because::Emergency), .. }) => {
            "应急车辆 请通行".to_owned()
        }
        (Direction::In, Decision::Open { audience: Some(Audience::Pickup), .. }) => {
            "欢迎接学生 请入场".to_owned()
        }
        (Direction::In, Decision::Open { leave_by: Some(leave_by), .. }) => {
            format!("欢迎光临 请于{}前离场", on_display(leave_by, now))
        }
        (Direction::In, Decision::Open { .. }) => "欢迎光临 请入场".to_owned(),
        (_, Decision::Refuse { reason: Reason::TooEarly, not_before: Some(from) }) => {
            format!("未到入场时间 请{}后再来", on_display(from, now))
        }
        (_, Decision::Refuse { reason, .. } | Decision::Review { reason }) => reason.on_display().to_owned(),
    }
}

impl Reason {
    const fn on_display(self) -> &'static str {
        match self {
            Self::UnknownPlate => "车牌未登记 请联系值班员",
            Self::OutsideWindow => "不在开放时段",
            Self::Full => "车位已满",
            Self::Reserved => "余位已被预约",
            Self::NotReserved => "本时段需预约",
            Self::TooEarly => "未到入场时间",
            Self::LockedOut => "夜间不开放入场",
            Self::WindowEnding => "开放时段将结束",
            Self::Blocked => "暂停入场 请联系值班员",
            Self::UnreadPlate => "未识别车牌 请稍候",
            Self::LowConfidence => "车牌待人工确认 请稍候",
            Self::SuspectedFake => "车牌需人工确认 请稍候",
            Self::DidNotOpen => "道闸未开 请稍候",
            Self::DrivesAway => "请从入口方向驶入",
            Self::ClockUntrusted => "系统校时中 请联系值班员",
            Self::NoPlan | Self::PlanTooOld => "系统待同步 请联系值班员",
            Self::Other => "请联系值班员",
        }
    }
}

/// `18:00`, `明日07:30` or, further on, `28日07:30`.
fn on_display(at: Timestamp, now: Timestamp) -> String {
    use chrono::Datelike;
    let (day, today) = (at.local_date(), now.local_date());
    let time = at.local_hhmm();
    match day.signed_duration_since(today).num_days() {
        0 => time,
        1 => format!("明日{time}"),
        _ => format!("{}日{time}", day.day()),
    }
}
