//! The only conversion of errors into responses. A 500 is logged once with its causes and shows none of them.

mod lane_alarm;
mod sharing;

use std::error::Error;

use domain::pickup::PickupError;
use protocol::problem::Problem;
use service::http::ProblemResponse;

use crate::app::arrival_act::ActError;
use crate::app::arrival_board::BoardError;
use crate::app::bind_code::BindError;
use crate::app::claim::ClaimError;
use crate::app::enrolment::EnrolError;
use crate::app::gate_entry::GateEntryError;
use crate::app::guardian::GuardianError;
use crate::app::hall::HallError;
use crate::app::import::Invalid;
use crate::app::ingest::IngestError;
use crate::app::operator::OperatorError;
use crate::app::operator::access_check::CheckError;
use crate::app::operator::adjustment::AdjustError;
use crate::app::operator::calendar::CalendarError;
use crate::app::operator::inventory::InventoryError;
use crate::app::operator::open_order::OrderError;
use crate::app::operator::password::PasswordError;
use crate::app::operator::session::LogInError;
use crate::app::plate::OwnPlateError;
use crate::app::session::SessionError;
use crate::store::StoreError;
use crate::store::word::word;

/// Logs `error` with its causes; the response does not contain them.
pub fn internal(error: &(dyn Error + 'static)) -> ProblemResponse {
    tracing::error!(error = chain(error), "request failed with an internal error");
    Problem::new(500, "internal", "Internal server error").into()
}

pub fn not_found() -> ProblemResponse {
    Problem::new(404, "not_found", "Resource not found").into()
}

/// The database is overloaded or unavailable: not the caller's fault, and the caller can retry.
fn busy(error: &StoreError) -> ProblemResponse {
    tracing::warn!(error = chain(error), "request refused; database overloaded or unavailable");
    Problem::new(503, "busy", "Service busy; try again later").into()
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl From<StoreError> for ProblemResponse {
    fn from(error: StoreError) -> Self {
        if error.is_overload() || error.is_conflict() { busy(&error) } else { internal(&error) }
    }
}

fn problem(status: u16, code: &str, title: &str) -> ProblemResponse {
    Problem::new(status, code, title).into()
}

/// One response for a missing, a wrong and an expired token.
pub fn unknown_gateway() -> ProblemResponse {
    problem(401, "unauthorized", "Gateway token missing or invalid")
}

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
            SessionError::OpenId => Problem::new(422, "invalid_body", "Invalid field in the request body")
                .field("openid")
                .detail(error.to_string())
                .into(),
            SessionError::Bind(error) => error.into(),
            SessionError::Store(error) => error.into(),
            SessionError::NoSuchPerson | SessionError::Random(_) => internal(&error),
        }
    }
}

impl From<BindError> for ProblemResponse {
    fn from(error: BindError) -> Self {
        match error {
            BindError::Code => problem(403, "bind_code_invalid", "Code unknown, already used or expired"),
            BindError::TooManyAttempts => {
                problem(429, "too_many_attempts", "Too many wrong codes; try again in 15 minutes")
            }
            BindError::Store(error) => error.into(),
            BindError::NoSuchPerson | BindError::Random(_) => internal(&error),
        }
    }
}

impl From<EnrolError> for ProblemResponse {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Code => problem(
                403,
                "enrolment_code_invalid",
                "Code unknown, already used, expired or issued for another garage",
            ),
            EnrolError::TooManyAttempts => {
                problem(429, "too_many_attempts", "Too many wrong codes; try again in 15 minutes")
            }
            EnrolError::NotEnrolled(_) => {
                problem(409, "not_enrolled", "Gateway token set by an administrator cannot be renewed")
            }
            EnrolError::Store(error) => error.into(),
            EnrolError::UnknownGarage(_) | EnrolError::Random(_) => internal(&error),
        }
    }
}

impl From<BoardError> for ProblemResponse {
    fn from(error: BoardError) -> Self {
        match error {
            BoardError::NotYourClass => not_your_class(),
            BoardError::Store(error) => error.into(),
        }
    }
}

impl From<ActError> for ProblemResponse {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NoSuchArrival => not_found(),
            ActError::NotYourClass => not_your_class(),
            ActError::Changed => {
                problem(409, "arrival_changed", "Arrival changed since it was read; reload it")
            }
            ActError::Pickup(error) => pickup(error),
            ActError::Store(error) => error.into(),
        }
    }
}

fn pickup(error: PickupError) -> ProblemResponse {
    match error {
        PickupError::Phase { .. } => {
            Problem::new(409, "wrong_phase", "Action not possible in the arrival's current phase")
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
            HallError::Store(error) => error.into(),
        }
    }
}

impl From<GuardianError> for ProblemResponse {
    fn from(error: GuardianError) -> Self {
        match error {
            GuardianError::Store(error) => error.into(),
        }
    }
}

impl From<ClaimError> for ProblemResponse {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::NotYourChild => {
                problem(403, "not_your_child", "Child not registered to this account")
            }
            ClaimError::NotAGuardian => not_a_guardian(),
            ClaimError::OutsideWindow => {
                problem(409, "outside_pickup_window", "Outside the school's pickup window")
            }
            ClaimError::Page(error) => error.into(),
            ClaimError::Store(error) => error.into(),
        }
    }
}

impl From<OwnPlateError> for ProblemResponse {
    fn from(error: OwnPlateError) -> Self {
        match error {
            OwnPlateError::Plate(error) => Problem::new(422, "invalid_plate", "Invalid number plate")
                .field("plate")
                .detail(error.to_string())
                .into(),
            OwnPlateError::Color => {
                Problem::new(422, "invalid_plate", "Unknown plate colour").field("plate_color").into()
            }
            OwnPlateError::TooMany => problem(409, "too_many_plates", "Maximum number of plates reached"),
            OwnPlateError::Taken => problem(409, "plate_taken", "Plate already registered to this account"),
            OwnPlateError::NoSuchPlate => not_found(),
            OwnPlateError::Store(error) => error.into(),
        }
    }
}

impl From<IngestError> for ProblemResponse {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Gap { expected } => {
                Problem::new(409, "sequence_gap", "Records missing before this batch")
                    .field("records[0].seq")
                    .detail(format!("expected {expected}"))
                    .into()
            }
            IngestError::Invalid(detail) => {
                Problem::new(422, "invalid_batch", "Invalid batch").detail(detail).into()
            }
            IngestError::Busy | IngestError::Closing => problem(503, "busy", "Service busy; try again later"),
            IngestError::Unknown => unknown_gateway(),
            IngestError::Store(error) => error.into(),
        }
    }
}

impl From<OperatorError> for ProblemResponse {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::NoSuchGarage => not_found(),
            OperatorError::Store(error) => error.into(),
        }
    }
}

impl From<LogInError> for ProblemResponse {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Wrong => problem(401, "bad_credentials", "Wrong user name or password"),
            LogInError::TooManyAttempts => {
                problem(429, "too_many_attempts", "Too many wrong passwords; try again in 15 minutes")
            }
            LogInError::Ended => problem(401, "unauthorized", "Session unknown or expired"),
            LogInError::Password(PasswordError::Busy) => {
                problem(503, "busy", "Service busy; try again later")
            }
            LogInError::Password(_) | LogInError::Random(_) => internal(&error),
            LogInError::Store(error) => error.into(),
        }
    }
}

impl From<AdjustError> for ProblemResponse {
    fn from(error: AdjustError) -> Self {
        let invalid = |field: &str| {
            Problem::new(422, "invalid_body", "Invalid field in the request body")
                .field(field)
                .detail(error.to_string())
        };
        match error {
            AdjustError::Reason => invalid("reason").into(),
            AdjustError::Occupied { .. } => invalid("occupied").into(),
            AdjustError::Changed { now } => {
                let now = now.map_or_else(|| "no data".to_owned(), |count| count.to_string());
                Problem::new(409, "count_changed", "Count changed since it was read; reload it")
                    .detail(format!("current count: {now}"))
                    .into()
            }
            AdjustError::KeyReused => {
                problem(409, "idempotency_key_reused", "Idempotency key already used for another correction")
            }
            AdjustError::Operator(error) => error.into(),
        }
    }
}

impl From<InventoryError> for ProblemResponse {
    fn from(error: InventoryError) -> Self {
        let invalid = |field: &str| {
            Problem::new(422, "invalid_body", "Invalid field in the request body")
                .field(field)
                .detail(error.to_string())
        };
        match error {
            InventoryError::Reason => invalid("reason").into(),
            InventoryError::Walk => invalid("begun_at").into(),
            InventoryError::Plate { .. } | InventoryError::TooMany => invalid("seen").into(),
            InventoryError::Behind => {
                problem(409, "gateway_behind", "Passages not yet received from the gateway; try again later")
            }
            InventoryError::KeyReused => {
                problem(409, "idempotency_key_reused", "Idempotency key already used for another inventory")
            }
            InventoryError::Operator(error) => error.into(),
        }
    }
}

impl From<OrderError> for ProblemResponse {
    fn from(error: OrderError) -> Self {
        let invalid = |field: &str| {
            Problem::new(422, "invalid_body", "Invalid field in the request body")
                .field(field)
                .detail(error.to_string())
        };
        match error {
            OrderError::Reason => invalid("reason").into(),
            OrderError::Plate(error) => Problem::new(422, "invalid_plate", "Invalid number plate")
                .field("plate")
                .detail(error.to_string())
                .into(),
            OrderError::Lane => invalid("lane").into(),
            OrderError::Waiting => {
                problem(409, "order_waiting", "Remote opening already pending for this lane")
            }
            OrderError::KeyReused => {
                problem(409, "idempotency_key_reused", "Idempotency key already used for another order")
            }
            OrderError::Operator(error) => error.into(),
        }
    }
}

impl From<GateEntryError> for ProblemResponse {
    fn from(error: GateEntryError) -> Self {
        match error {
            GateEntryError::NotYourPlate => {
                problem(403, "not_your_plate", "Plate not registered to this account")
            }
            GateEntryError::NoSuchLane => not_found(),
            GateEntryError::NobodyThere => problem(409, "no_car_waiting", "No car waiting in this lane"),
            GateEntryError::AnotherCar => {
                problem(409, "another_car_waiting", "Another plate was read in this lane")
            }
            GateEntryError::Inside => problem(409, "car_inside", "Car with this plate already inside"),
            GateEntryError::Refused(reason) => {
                Problem::new(409, "not_let_in", "Entry not permitted now").detail(word(reason)).into()
            }
            GateEntryError::TooSoon => {
                problem(429, "too_many_requests", "Too many attempts; try again in a minute")
            }
            GateEntryError::Waiting => {
                problem(409, "order_waiting", "Remote opening already pending for this lane")
            }
            GateEntryError::KeyReused => {
                problem(409, "idempotency_key_reused", "Idempotency key already used for another lane")
            }
            GateEntryError::Store(error) => error.into(),
        }
    }
}

impl From<CheckError> for ProblemResponse {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Plate(error) => Problem::new(422, "invalid_plate", "Invalid number plate")
                .field("plate")
                .detail(error.to_string())
                .into(),
            CheckError::Operator(error) => error.into(),
        }
    }
}

impl From<CalendarError> for ProblemResponse {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::NoSuchSchool => not_found(),
            CalendarError::Range => {
                Problem::new(400, "invalid_query", "Invalid query parameter").detail(error.to_string()).into()
            }
            CalendarError::Changed => {
                problem(412, "calendar_changed", "Calendar changed since it was read; reload it")
            }
            CalendarError::Invalid(Invalid { field, message }) => {
                Problem::new(422, "invalid_body", "Invalid field in the request body")
                    .field(field)
                    .detail(message)
                    .into()
            }
            CalendarError::Operator(error) => error.into(),
        }
    }
}
