//! Problems of refused reservations. Programs read `code`, screens translate it; `detail` contains the figures.

use domain::allocation::refusal::Refusal;
use domain::minute::Span;
use protocol::problem::Problem;
use protocol::reservation::Help;
use service::http::ProblemResponse;

use super::fail;
use crate::app::allocation::AllocationError;
use crate::app::reservation::ReservationError;

/// The problem of a refusal, with alternatives where the book has some.
pub fn problem(refusal: &Refusal) -> Problem {
    let conflict = |code: &str, title: &str| Problem::new(409, code, title);
    let about = match refusal {
        Refusal::NoSuchPool => Problem::new(422, "no_such_pool", "No such pool in this garage").field("pool"),
        Refusal::OutsideWindow { next } => return outside(*next),
        Refusal::NotBookable => conflict("not_bookable", "Reservations not offered at that time"),
        Refusal::TooShort { .. } => conflict("too_short", "Stay too short"),
        Refusal::TooLong { .. } => conflict("too_long", "Stay too long"),
        Refusal::TooFarAhead { .. } => conflict("too_far_ahead", "Start too far ahead"),
        Refusal::InThePast => conflict("in_the_past", "Time already past"),
        Refusal::LockedOut { lock } => {
            let title = "No entry or exit at that hour";
            return conflict("locked_out", title).detail(times(*lock));
        }
        Refusal::Closed { span } => {
            return conflict("closed", "Spaces closed by the operator").detail(times(*span));
        }
        Refusal::Full { at, next } => {
            let help = Help { next_start: next.map(|minute| minute.timestamp()), ..Help::default() };
            let full = conflict("full", "No space free for the whole stay")
                .detail(format!("full at {}", at.timestamp()));
            return Problem { help: Some(Box::new(help)), ..full };
        }
        Refusal::Blocked => conflict("plate_blocked", "Plate blocked at this garage"),
        // The other reservation is not named: it may belong to another person.
        Refusal::PlateBusy { .. } => {
            return conflict("plate_busy", "Plate already has a reservation at that time");
        }
        Refusal::PersonLimit { .. } | Refusal::PlateLimit { .. } => {
            conflict("too_many_reservations", "Too many reservations at this garage")
        }
        Refusal::NotFound => return fail::not_found().0,
        Refusal::WrongPhase { .. } => {
            conflict("wrong_phase", "Action not possible in the reservation's current state")
        }
    };
    about.detail(refusal.to_string())
}

fn outside(next: Option<Span>) -> Problem {
    let problem = Problem::new(409, "outside_window", "Stay not within opening hours");
    match next {
        Some(next) => {
            let help = Help { next_start: Some(next.from().timestamp()), ..Help::default() };
            Problem { help: Some(Box::new(help)), ..problem.detail(times(next)) }
        }
        None => problem,
    }
}

fn times(span: Span) -> String {
    format!("{} to {}", span.from().timestamp(), span.until().timestamp())
}

impl From<ReservationError> for ProblemResponse {
    fn from(error: ReservationError) -> Self {
        match error {
            ReservationError::Field { field, why } => {
                Problem::new(422, "invalid_body", "Invalid field in the request body")
                    .field(field)
                    .detail(why)
                    .into()
            }
            ReservationError::Plate(error) => Problem::new(422, "invalid_plate", "Invalid number plate")
                .field("plate")
                .detail(error.to_string())
                .into(),
            ReservationError::NotYourPlate => {
                Problem::new(403, "not_your_plate", "Plate not registered to this account")
                    .field("plate")
                    .into()
            }
            ReservationError::NotEntitled => {
                Problem::new(403, "not_entitled", "Not entitled to reserve for this audience").into()
            }
            ReservationError::NoSuchGarage | ReservationError::NotFound => fail::not_found(),
            ReservationError::Cursor => {
                Problem::new(400, "invalid_query", "Invalid query parameter").field("cursor").into()
            }
            ReservationError::Refused { refusal, help } => {
                let about = problem(&refusal);
                Problem { help: help.or(about.help.clone()), ..about }.into()
            }
            ReservationError::Changed => {
                Problem::new(412, "reservation_changed", "Reservation changed since it was read; reload it")
                    .into()
            }
            ReservationError::Allocation(error) => error.into(),
            ReservationError::Store(error) => error.into(),
        }
    }
}

impl From<AllocationError> for ProblemResponse {
    fn from(error: AllocationError) -> Self {
        match error {
            AllocationError::Refused(refusal) => problem(&refusal).into(),
            AllocationError::NotFound | AllocationError::NoSuchGarage => fail::not_found(),
            AllocationError::KeyReused => Problem::new(
                409,
                "idempotency_key_reused",
                "Idempotency key already used for another request",
            )
            .into(),
            AllocationError::Changed => {
                Problem::new(412, "reservation_changed", "Reservation changed since it was read; reload it")
                    .into()
            }
            AllocationError::Busy | AllocationError::Closing => {
                Problem::new(503, "busy", "Service busy; try again later").into()
            }
            AllocationError::Store(error) => error.into(),
        }
    }
}
