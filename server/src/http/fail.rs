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
    Problem::new(500, "internal", "Something went wrong on our side").into()
}

pub fn not_found() -> ProblemResponse {
    Problem::new(404, "not_found", "There is nothing at this address").into()
}

/// The database is overloaded or unavailable: not the caller's fault, and the caller can retry.
fn busy(error: &StoreError) -> ProblemResponse {
    tracing::warn!(error = chain(error), "request refused; database overloaded or unavailable");
    Problem::new(503, "busy", "Too much is going on; try again").into()
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
    problem(401, "unauthorized", "A gateway's token is needed")
}

fn not_your_class() -> ProblemResponse {
    problem(403, "not_your_class", "This is not one of your classes")
}

fn not_a_guardian() -> ProblemResponse {
    problem(403, "not_a_guardian", "This account has no children here")
}

impl From<SessionError> for ProblemResponse {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Ended => problem(401, "unauthorized", "There is no such session, or it has ended"),
            SessionError::NotBound => problem(404, "person_not_bound", "This account is bound to nobody yet"),
            SessionError::OpenId => Problem::new(422, "invalid_body", "A field of the body is wrong")
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
            BindError::Code => problem(403, "bind_code_invalid", "This code is unknown, used or too old"),
            BindError::TooManyAttempts => {
                problem(429, "too_many_attempts", "Too many wrong codes; wait a quarter of an hour")
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
                "This code is unknown, used, too old or another garage's",
            ),
            EnrolError::TooManyAttempts => {
                problem(429, "too_many_attempts", "Too many wrong codes; wait a quarter of an hour")
            }
            EnrolError::NotEnrolled(_) => {
                problem(409, "not_enrolled", "This gateway's token was made by an administrator and stays")
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
            ActError::Changed => problem(409, "arrival_changed", "The arrival has changed; look again"),
            ActError::Pickup(error) => pickup(error),
            ActError::Store(error) => error.into(),
        }
    }
}

fn pickup(error: PickupError) -> ProblemResponse {
    match error {
        PickupError::Phase { .. } => {
            Problem::new(409, "wrong_phase", "This step is not possible now").detail(error.to_string()).into()
        }
        PickupError::NothingToUndo => problem(409, "nothing_to_undo", "There is nothing to undo"),
        PickupError::TooLate => problem(409, "undo_too_late", "The last act is too long ago to be undone"),
    }
}

impl From<HallError> for ProblemResponse {
    fn from(error: HallError) -> Self {
        match error {
            HallError::NotAHall => problem(403, "not_a_hall", "This account is not a hall screen"),
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
                problem(403, "not_your_child", "One of these is not a child of yours")
            }
            ClaimError::NotAGuardian => not_a_guardian(),
            ClaimError::OutsideWindow => {
                problem(409, "outside_pickup_window", "The school's pickup window is not open")
            }
            ClaimError::Page(error) => error.into(),
            ClaimError::Store(error) => error.into(),
        }
    }
}

impl From<OwnPlateError> for ProblemResponse {
    fn from(error: OwnPlateError) -> Self {
        match error {
            OwnPlateError::Plate(error) => Problem::new(422, "invalid_plate", "This is not a number plate")
                .field("plate")
                .detail(error.to_string())
                .into(),
            OwnPlateError::Color => {
                Problem::new(422, "invalid_plate", "Unknown plate colour").field("plate_color").into()
            }
            OwnPlateError::TooMany => problem(409, "too_many_plates", "No more plates can be registered"),
            OwnPlateError::Taken => problem(409, "plate_taken", "This plate is registered already"),
            OwnPlateError::NoSuchPlate => not_found(),
            OwnPlateError::Store(error) => error.into(),
        }
    }
}

impl From<IngestError> for ProblemResponse {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Gap { expected } => {
                Problem::new(409, "sequence_gap", "Records are missing before this batch")
                    .field("records[0].seq")
                    .detail(format!("expected {expected}"))
                    .into()
            }
            IngestError::Invalid(detail) => {
                Problem::new(422, "invalid_batch", "The batch is wrong").detail(detail).into()
            }
            IngestError::Busy | IngestError::Closing => {
                problem(503, "busy", "Too much is going on; try again")
            }
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
                problem(429, "too_many_attempts", "Too many wrong passwords; wait a quarter of an hour")
            }
            LogInError::Ended => problem(401, "unauthorized", "There is no such session, or it has ended"),
            LogInError::Password(PasswordError::Busy) => {
                problem(503, "busy", "Too much is going on; try again")
            }
            LogInError::Password(_) | LogInError::Random(_) => internal(&error),
            LogInError::Store(error) => error.into(),
        }
    }
}

impl From<AdjustError> for ProblemResponse {
    fn from(error: AdjustError) -> Self {
        let invalid = |field: &str| {
            Problem::new(422, "invalid_body", "A field of the body is wrong")
                .field(field)
                .detail(error.to_string())
        };
        match error {
            AdjustError::Reason => invalid("reason").into(),
            AdjustError::Occupied { .. } => invalid("occupied").into(),
            AdjustError::Changed { now } => {
                let now = now.map_or_else(|| "no data".to_owned(), |count| count.to_string());
                Problem::new(409, "count_changed", "The count has changed; look again")
                    .detail(format!("it is now {now}"))
                    .into()
            }
            AdjustError::KeyReused => {
                problem(409, "idempotency_key_reused", "This key was used for another correction")
            }
            AdjustError::Operator(error) => error.into(),
        }
    }
}

impl From<InventoryError> for ProblemResponse {
    fn from(error: InventoryError) -> Self {
        let invalid = |field: &str| {
            Problem::new(422, "invalid_body", "A field of the body is wrong")
                .field(field)
                .detail(error.to_string())
        };
        match error {
            InventoryError::Reason => invalid("reason").into(),
            InventoryError::Walk => invalid("begun_at").into(),
            InventoryError::Plate { .. } | InventoryError::TooMany => invalid("seen").into(),
            InventoryError::Behind => problem(
                409,
                "gateway_behind",
                "The gateway has not told yet what passed; try again when it has",
            ),
            InventoryError::KeyReused => {
                problem(409, "idempotency_key_reused", "This key was used for another walk")
            }
            InventoryError::Operator(error) => error.into(),
        }
    }
}

impl From<OrderError> for ProblemResponse {
    fn from(error: OrderError) -> Self {
        let invalid = |field: &str| {
            Problem::new(422, "invalid_body", "A field of the body is wrong")
                .field(field)
                .detail(error.to_string())
        };
        match error {
            OrderError::Reason => invalid("reason").into(),
            OrderError::Plate(error) => Problem::new(422, "invalid_plate", "This is not a number plate")
                .field("plate")
                .detail(error.to_string())
                .into(),
            OrderError::Lane => invalid("lane").into(),
            OrderError::Waiting => {
                problem(409, "order_waiting", "An order to open this lane is still waiting for its gateway")
            }
            OrderError::KeyReused => {
                problem(409, "idempotency_key_reused", "This key was used for another order")
            }
            OrderError::Operator(error) => error.into(),
        }
    }
}

impl From<GateEntryError> for ProblemResponse {
    fn from(error: GateEntryError) -> Self {
        match error {
            GateEntryError::NotYourPlate => problem(403, "not_your_plate", "This plate is none of yours"),
            GateEntryError::NoSuchLane => not_found(),
            GateEntryError::NobodyThere => {
                problem(409, "no_car_waiting", "The gate has told of no car that waits in this lane")
            }
            GateEntryError::AnotherCar => {
                problem(409, "another_car_waiting", "The camera has read another plate in this lane")
            }
            GateEntryError::Inside => problem(409, "car_inside", "A car with this plate is inside already"),
            GateEntryError::Refused(reason) => {
                Problem::new(409, "not_let_in", "This car may not come in now").detail(word(reason)).into()
            }
            GateEntryError::TooSoon => {
                problem(429, "too_many_requests", "Wait a minute before the next attempt")
            }
            GateEntryError::Waiting => {
                problem(409, "order_waiting", "An order to open this lane is still waiting for its gateway")
            }
            GateEntryError::KeyReused => {
                problem(409, "idempotency_key_reused", "This key was used for another lane")
            }
            GateEntryError::Store(error) => error.into(),
        }
    }
}

impl From<CheckError> for ProblemResponse {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Plate(error) => Problem::new(422, "invalid_plate", "This is not a number plate")
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
            CalendarError::Range => Problem::new(400, "invalid_query", "The query string is wrong")
                .detail(error.to_string())
                .into(),
            CalendarError::Changed => {
                problem(412, "calendar_changed", "The calendar has changed since it was read; look again")
            }
            CalendarError::Invalid(Invalid { field, message }) => {
                Problem::new(422, "invalid_body", "A field of the body is wrong")
                    .field(field)
                    .detail(message)
                    .into()
            }
            CalendarError::Operator(error) => error.into(),
        }
    }
}
