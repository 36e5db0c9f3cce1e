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
        Refusal::NoSuchPool => {
            Problem::new(422, "no_such_pool", "This garage has no such pool").field("pool")
        }
        Refusal::OutsideWindow { next } => return outside(*next),
        Refusal::NotBookable => conflict("not_bookable", "Spaces cannot be reserved at that time"),
        Refusal::TooShort { .. } => conflict("too_short", "The stay is too short"),
        Refusal::TooLong { .. } => conflict("too_long", "The stay is too long"),
        Refusal::TooFarAhead { .. } => conflict("too_far_ahead", "That is too far ahead"),
        Refusal::InThePast => conflict("in_the_past", "That time is over"),
        Refusal::LockedOut { lock } => {
            let title = "No car moves in or out at that hour";
            return conflict("locked_out", title).detail(times(*lock));
        }
        Refusal::Closed { span } => {
            return conflict("closed", "The operator has closed these spaces").detail(times(*span));
        }
        Refusal::Full { at, next } => {
            let help = Help { next_start: next.map(|minute| minute.timestamp()), ..Help::default() };
            let full = conflict("full", "No space is free all the time")
                .detail(format!("full at {}", at.timestamp()));
            return Problem { help: Some(Box::new(help)), ..full };
        }
        Refusal::Blocked => conflict("plate_blocked", "This plate is blocked here"),
        // The other reservation is not named: it may belong to another person.
        Refusal::PlateBusy { .. } => {
            return conflict("plate_busy", "This plate has another reservation at that time");
        }
        Refusal::PersonLimit { .. } | Refusal::PlateLimit { .. } => {
            conflict("too_many_reservations", "Too many reservations at this garage")
        }
        Refusal::NotFound => return fail::not_found().0,
        Refusal::WrongPhase { .. } => conflict("wrong_phase", "This is not possible any more"),
    };
    about.detail(refusal.to_string())
}

fn outside(next: Option<Span>) -> Problem {
    let problem = Problem::new(409, "outside_window", "No window covers the whole time");
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
                Problem::new(422, "invalid_body", "A field of the body is wrong")
                    .field(field)
                    .detail(why)
                    .into()
            }
            ReservationError::Plate(error) => {
                Problem::new(422, "invalid_plate", "This is not a number plate")
                    .field("plate")
                    .detail(error.to_string())
                    .into()
            }
            ReservationError::NotYourPlate => {
                Problem::new(403, "not_your_plate", "This is not one of your plates").field("plate").into()
            }
            ReservationError::NotEntitled => {
                Problem::new(403, "not_entitled", "You may not reserve here as this audience").into()
            }
            ReservationError::NoSuchGarage | ReservationError::NotFound => fail::not_found(),
            ReservationError::Cursor => {
                Problem::new(400, "invalid_query", "The query string is wrong").field("cursor").into()
            }
            ReservationError::Refused { refusal, help } => {
                let about = problem(&refusal);
                Problem { help: help.or(about.help.clone()), ..about }.into()
            }
            ReservationError::Changed => {
                Problem::new(412, "reservation_changed", "The reservation has changed; look again").into()
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
            AllocationError::KeyReused => {
                Problem::new(409, "idempotency_key_reused", "This key was used for another reservation")
                    .into()
            }
            AllocationError::Changed => {
                Problem::new(412, "reservation_changed", "The reservation has changed; look again").into()
            }
            AllocationError::Busy | AllocationError::Closing => {
                Problem::new(503, "busy", "Too much is going on; try again").into()
            }
            AllocationError::Store(error) => error.into(),
        }
    }
}
