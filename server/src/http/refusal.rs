//! Problems of refused reservations. Programs read `code`, screens translate it; `detail` contains the figures.

use domain::allocation::refusal::ReservationRefusal;
use domain::minute::MinuteSpan;
use protocol::problem::ProblemDetails;
use protocol::reservation::ReservationAlternatives;
use service::http::ProblemResponse;

use super::fail;
use crate::app::allocation::AllocationError;
use crate::app::reservation::ReservationError;
use crate::http::fail::storage_problem;

/// The problem of a refusal, with alternatives where the book has some.
pub(super) fn problem(refusal: &ReservationRefusal) -> ProblemDetails {
    let conflict = |code: &str, title: &str| ProblemDetails::new(409, code, title);
    let about = match refusal {
        ReservationRefusal::NoSuchPool => {
            ProblemDetails::new(422, "no_such_pool", "No such pool in this garage").field("pool")
        }
        ReservationRefusal::OutsideWindow { next } => return outside(*next),
        ReservationRefusal::NotBookable => conflict("not_bookable", "Reservations not offered at that time"),
        ReservationRefusal::TooShort { .. } => conflict("too_short", "Stay too short"),
        ReservationRefusal::TooLong { .. } => conflict("too_long", "Stay too long"),
        ReservationRefusal::TooFarAhead { .. } => conflict("too_far_ahead", "Start too far ahead"),
        ReservationRefusal::InThePast => conflict("in_the_past", "Time already past"),
        ReservationRefusal::LockedOut { lock } => {
            let title = "No entry or exit at that hour";
            return conflict("locked_out", title).detail(times(*lock));
        }
        ReservationRefusal::Closed { span } => {
            return conflict("closed", "Spaces closed by the operator").detail(times(*span));
        }
        ReservationRefusal::Full { at, next } => {
            let help = ReservationAlternatives {
                next_start: next.map(|minute| minute.timestamp()),
                ..ReservationAlternatives::default()
            };
            let full = conflict("full", "No space free for the whole stay")
                .detail(format!("full at {}", at.timestamp()));
            return ProblemDetails { help: Some(Box::new(help)), ..full };
        }
        ReservationRefusal::Blocked => conflict("plate_blocked", "Plate blocked at this garage"),
        // The other reservation is not named: it may belong to another person.
        ReservationRefusal::PlateBusy { .. } => {
            return conflict("plate_busy", "Plate already has a reservation at that time");
        }
        ReservationRefusal::PersonLimit { .. } | ReservationRefusal::PlateLimit { .. } => {
            conflict("too_many_reservations", "Too many reservations at this garage")
        }
        ReservationRefusal::NotFound => return fail::not_found().0,
        ReservationRefusal::WrongPhase { .. } => {
            conflict("wrong_phase", "Action not possible in the reservation's current state")
        }
    };
    about.detail(refusal.to_string())
}

fn outside(next: Option<MinuteSpan>) -> ProblemDetails {
    let problem = ProblemDetails::new(409, "outside_window", "Stay not within opening hours");
    match next {
        Some(next) => {
            let help = ReservationAlternatives {
                next_start: Some(next.from().timestamp()),
                ..ReservationAlternatives::default()
            };
            ProblemDetails { help: Some(Box::new(help)), ..problem.detail(times(next)) }
        }
        None => problem,
    }
}

fn times(span: MinuteSpan) -> String {
    format!("{} to {}", span.from().timestamp(), span.until().timestamp())
}

impl From<ReservationError> for ProblemResponse {
    fn from(error: ReservationError) -> Self {
        match error {
            ReservationError::Field { field, why } => {
                ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
                    .field(field)
                    .detail(why)
                    .into()
            }
            ReservationError::Plate(error) => {
                ProblemDetails::new(422, "invalid_plate", "Invalid number plate")
                    .field("plate")
                    .detail(error.to_string())
                    .into()
            }
            ReservationError::NotYourPlate => {
                ProblemDetails::new(403, "not_your_plate", "Plate not registered to this account")
                    .field("plate")
                    .into()
            }
            ReservationError::NotEntitled => {
                ProblemDetails::new(403, "not_entitled", "Not entitled to reserve for this audience").into()
            }
            ReservationError::NoSuchGarage | ReservationError::NotFound => fail::not_found(),
            ReservationError::Cursor => {
                ProblemDetails::new(400, "invalid_query", "Invalid query parameter").field("cursor").into()
            }
            ReservationError::Refused { refusal, help } => {
                let about = problem(&refusal);
                ProblemDetails { help: help.or(about.help.clone()), ..about }.into()
            }
            ReservationError::Changed => ProblemDetails::new(
                412,
                "reservation_changed",
                "Reservation changed since it was read; reload it",
            )
            .into(),
            ReservationError::Allocation(error) => error.into(),
            ReservationError::Store(error) => storage_problem(error),
        }
    }
}

impl From<AllocationError> for ProblemResponse {
    fn from(error: AllocationError) -> Self {
        match error {
            AllocationError::Refused(refusal) => problem(&refusal).into(),
            AllocationError::NotFound | AllocationError::NoSuchGarage => fail::not_found(),
            AllocationError::KeyReused(error) => error.into(),
            AllocationError::Changed => ProblemDetails::new(
                412,
                "reservation_changed",
                "Reservation changed since it was read; reload it",
            )
            .into(),
            AllocationError::Busy | AllocationError::Closing => {
                ProblemDetails::new(503, "busy", "Service busy; try again later").into()
            }
            AllocationError::Store(error) => storage_problem(error),
        }
    }
}
