//! The decision for a car at the gate, and the text of the lane's display.

use crate::ids::ReservationId;
use serde::{Deserialize, Serialize};

use super::Audience;
use crate::occupancy::LaneDirection;
use crate::time::Timestamp;

/// Decision for a car at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum AccessDecision {
    /// The barrier opens. Exits have no audience: every car may leave.
    Open {
        audience: Option<Audience>,
        /// The reservation that admits the car, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reservation: Option<ReservationId>,
        /// Latest exit; absent for a stay without an end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leave_by: Option<Timestamp>,
        /// Present if the barrier opens without a right of the car.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<OverrideReason>,
    },
    /// The barrier stays closed, and the display shows the reason.
    Refuse {
        reason: DenialReason,
        /// Earliest entry of this car, if it is today.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<Timestamp>,
    },
    /// The barrier stays closed until a person decides.
    Review { reason: DenialReason },
}

/// Why a barrier opens for a car without a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverrideReason {
    Fire,
    /// An operator opens for a car that the rules do not admit.
    Ordered,
    /// Police, fire and rescue, recognised by the plate.
    Emergency,
    /// The barrier is held open, and the car drives through.
    HeldOpen,
    /// The gateway did not understand a message of the lane's own device. The exit opens so that no car is trapped.
    NotUnderstood,
    /// A permit admits the car while the gateway's clock is untrusted.
    ClockUntrusted,
    /// A reason of a newer version.
    #[serde(other)]
    Other,
}

/// Why a barrier stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DenialReason {
    UnknownPlate,
    OutsideWindow,
    /// The count has reached the capacity.
    Full,
    /// The free spaces are reserved or kept for others.
    Reserved,
    /// The window admits reserved cars only.
    NotReserved,
    /// The plate's own time, by reservation or class, begins later today.
    TooEarly,
    /// Lock-out hours: no car enters.
    LockedOut,
    /// The window ends before the shortest stay would.
    WindowEnding,
    /// An operator or the strike rule blocks the plate from entering as the public.
    Blocked,
    UnreadPlate,
    LowConfidence,
    /// The camera suspects a picture of a plate instead of a plate.
    SuspectedFake,
    /// The device received an open request and did not confirm it.
    DidNotOpen,
    /// The vehicle drives away from an entry.
    DrivesAway,
    /// The gateway's clock is untrusted, and the plate has no permit.
    ClockUntrusted,
    NoPlan,
    PlanTooOld,
    /// A reason of a newer version.
    #[serde(other)]
    Other,
}

impl AccessDecision {
    /// Opens without a reservation and without an end of the stay.
    pub const fn open(audience: Option<Audience>) -> Self {
        Self::Open { audience, reservation: None, leave_by: None, because: None }
    }

    /// Opens for every car, in and out.
    pub const fn fire() -> Self {
        Self::Open { audience: None, reservation: None, leave_by: None, because: Some(OverrideReason::Fire) }
    }

    /// Opens without a right, by an operator's command.
    pub const fn ordered() -> Self {
        Self::Open {
            audience: None,
            reservation: None,
            leave_by: None,
            because: Some(OverrideReason::Ordered),
        }
    }

    /// Opens without a right, for an emergency vehicle.
    pub const fn emergency() -> Self {
        Self::Open {
            audience: None,
            reservation: None,
            leave_by: None,
            because: Some(OverrideReason::Emergency),
        }
    }

    /// Opens without a right, because the barrier is held open.
    pub const fn held_open() -> Self {
        Self::Open {
            audience: None,
            reservation: None,
            leave_by: None,
            because: Some(OverrideReason::HeldOpen),
        }
    }

    /// Opens without a right, after a message that the gateway did not understand.
    pub const fn not_understood() -> Self {
        Self::Open {
            audience: None,
            reservation: None,
            leave_by: None,
            because: Some(OverrideReason::NotUnderstood),
        }
    }

    pub const fn refuse(reason: DenialReason) -> Self {
        Self::Refuse { reason, not_before: None }
    }

    pub const fn too_early(not_before: Timestamp) -> Self {
        Self::Refuse { reason: DenialReason::TooEarly, not_before: Some(not_before) }
    }

    pub const fn opens(self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// Text of the lane's display while an operator lets a car pass, whatever the decision was.
pub const ORDERED_DISPLAY: &str = "值班员放行 请通行";

/// Text of the lane's display at `now`, in Chinese: two short parts that the usual two-row LED shows one below the other.
pub fn display_text(decision: AccessDecision, direction: LaneDirection, now: Timestamp) -> String {
    match (direction, decision) {
        (LaneDirection::In, AccessDecision::Open { because: Some(OverrideReason::Fire), .. }) => {
            "火警 请勿驶入".to_owned()
        }
        (LaneDirection::Out, AccessDecision::Open { because: Some(OverrideReason::Fire), .. }) => {
            "火警 请尽快驶离".to_owned()
        }
        (LaneDirection::Out, AccessDecision::Open { .. }) => "一路平安".to_owned(),
        (LaneDirection::In, AccessDecision::Open { because: Some(OverrideReason::Emergency), .. }) => {
            "应急车辆 请通行".to_owned()
        }
        (LaneDirection::In, AccessDecision::Open { audience: Some(Audience::Pickup), .. }) => {
            "欢迎接学生 请入场".to_owned()
        }
        (LaneDirection::In, AccessDecision::Open { leave_by: Some(leave_by), .. }) => {
            format!("欢迎光临 请于{}前离场", on_display(leave_by, now))
        }
        (LaneDirection::In, AccessDecision::Open { .. }) => "欢迎光临 请入场".to_owned(),
        (_, AccessDecision::Refuse { reason: DenialReason::TooEarly, not_before: Some(from) }) => {
            format!("未到入场时间 请{}后再来", on_display(from, now))
        }
        (_, AccessDecision::Refuse { reason, .. } | AccessDecision::Review { reason }) => {
            reason.on_display().to_owned()
        }
    }
}

impl DenialReason {
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
