//! Responses to errors of sessions, arrivals, guardians and their plates.

use super::storage_problem;
use super::{internal, not_found, problem};
use crate::app::arrival_act::ArrivalActError;
use crate::app::arrival_board::ArrivalBoardError;
use crate::app::bind_code::BindCodeError;
use crate::app::claim::ArrivalClaimError;
use crate::app::enrolment::GatewayEnrolmentError;
use crate::app::guardian::GuardianError;
use crate::app::hall::HallError;
use crate::app::plate::OwnPlateError;
use crate::app::session::SessionError;
use domain::pickup::PickupError;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

fn not_your_class() -> ProblemResponse {
    problem(403, "not_your_class", "Class not assigned to this account")
}

fn not_a_guardian() -> ProblemResponse {
    problem(403, "not_a_guardian", "No children registered to this account")
}

impl From<SessionError> for ProblemResponse {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Ended => problem(401, "unauthorized", "Session unknown or expired"),
            SessionError::NotBound => problem(404, "person_not_bound", "Account not linked to a person yet"),
            SessionError::OpenId => {
                ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
                    .field("openid")
                    .detail(error.to_string())
                    .into()
            }
            SessionError::Bind(error) => error.into(),
            SessionError::Store(error) => storage_problem(error),
            SessionError::NoSuchPerson | SessionError::Random(_) => internal(&error),
        }
    }
}

impl From<BindCodeError> for ProblemResponse {
    fn from(error: BindCodeError) -> Self {
        match error {
            BindCodeError::Code => problem(403, "bind_code_invalid", "Code unknown, already used or expired"),
            BindCodeError::TooManyAttempts => {
                problem(429, "too_many_attempts", "Too many wrong codes; try again in 15 minutes")
            }
            BindCodeError::Store(error) => storage_problem(error),
            BindCodeError::NoSuchPerson | BindCodeError::Random(_) => internal(&error),
        }
    }
}

impl From<GatewayEnrolmentError> for ProblemResponse {
    fn from(error: GatewayEnrolmentError) -> Self {
        match error {
            GatewayEnrolmentError::Code => problem(
                403,
                "enrolment_code_invalid",
                "Code unknown, already used, expired or issued for another garage",
            ),
            GatewayEnrolmentError::TooManyAttempts => {
                problem(429, "too_many_attempts", "Too many wrong codes; try again in 15 minutes")
            }
            GatewayEnrolmentError::NotEnrolled(_) => {
                problem(409, "not_enrolled", "Gateway token set by an administrator cannot be renewed")
            }
            GatewayEnrolmentError::Store(error) => storage_problem(error),
            GatewayEnrolmentError::UnknownGarage(_) | GatewayEnrolmentError::Random(_) => internal(&error),
        }
    }
}

impl From<ArrivalBoardError> for ProblemResponse {
    fn from(error: ArrivalBoardError) -> Self {
        match error {
            ArrivalBoardError::NotYourClass => not_your_class(),
            ArrivalBoardError::Store(error) => storage_problem(error),
        }
    }
}

impl From<ArrivalActError> for ProblemResponse {
    fn from(error: ArrivalActError) -> Self {
        match error {
            ArrivalActError::NoSuchArrival => not_found(),
            ArrivalActError::NotYourClass => not_your_class(),
            ArrivalActError::Changed => {
                problem(409, "arrival_changed", "Arrival changed since it was read; reload it")
            }
            ArrivalActError::Pickup(error) => pickup(error),
            ArrivalActError::Store(error) => storage_problem(error),
        }
    }
}

fn pickup(error: PickupError) -> ProblemResponse {
    match error {
        PickupError::Phase { .. } => {
            ProblemDetails::new(409, "wrong_phase", "Action not possible in the arrival's current phase")
                .detail(error.to_string())
                .into()
        }
        PickupError::NothingToUndo => problem(409, "nothing_to_undo", "Nothing to undo"),
        PickupError::TooLate => problem(409, "undo_too_late", "Too late to undo the last action"),
    }
}

impl From<HallError> for ProblemResponse {
    fn from(error: HallError) -> Self {
        match error {
            HallError::NotAHall => problem(403, "not_a_hall", "Account is not a hall screen"),
            HallError::Store(error) => storage_problem(error),
        }
    }
}

impl From<GuardianError> for ProblemResponse {
    fn from(error: GuardianError) -> Self {
        match error {
            GuardianError::Store(error) => storage_problem(error),
        }
    }
}

impl From<ArrivalClaimError> for ProblemResponse {
    fn from(error: ArrivalClaimError) -> Self {
        match error {
            ArrivalClaimError::TooManyPupils => {
                ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
                    .field("pupils")
                    .detail(error.to_string())
                    .into()
            }
            ArrivalClaimError::NotYourChild => {
                problem(403, "not_your_child", "Child not registered to this account")
            }
            ArrivalClaimError::NotAGuardian => not_a_guardian(),
            ArrivalClaimError::OutsideWindow => {
                problem(409, "outside_pickup_window", "Outside the school's pickup window")
            }
            ArrivalClaimError::Page(error) => error.into(),
            ArrivalClaimError::Store(error) => storage_problem(error),
        }
    }
}

impl From<OwnPlateError> for ProblemResponse {
    fn from(error: OwnPlateError) -> Self {
        match error {
            OwnPlateError::Plate(error) => ProblemDetails::new(422, "invalid_plate", "Invalid number plate")
                .field("plate")
                .detail(error.to_string())
                .into(),
            OwnPlateError::Color => {
                ProblemDetails::new(422, "invalid_plate", "Unknown plate colour").field("plate_color").into()
            }
            OwnPlateError::TooMany => problem(409, "too_many_plates", "Maximum number of plates reached"),
            OwnPlateError::Taken => problem(409, "plate_taken", "Plate already registered to this account"),
            OwnPlateError::NoSuchPlate => not_found(),
            OwnPlateError::Store(error) => storage_problem(error),
        }
    }
}
