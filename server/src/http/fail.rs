//! The only conversion of errors into responses. A 500 is logged once with its causes and shows none of them.

mod lane_alarm;
mod sharing;

use std::error::Error;

use domain::pickup::PickupError;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use crate::app::arrival_act::ArrivalActError;
use crate::app::arrival_board::ArrivalBoardError;
use crate::app::bind_code::BindCodeError;
use crate::app::claim::ArrivalClaimError;
use crate::app::enrolment::GatewayEnrolmentError;
use crate::app::gate_entry::GateEntryError;
use crate::app::guardian::GuardianError;
use crate::app::hall::HallError;
use crate::app::import::InvalidField;
use crate::app::ingest::IngestError;
use crate::app::operator::OperatorError;
use crate::app::operator::access_check::AccessCheckError;
use crate::app::operator::adjustment::CountAdjustmentError;
use crate::app::operator::calendar::CalendarError;
use crate::app::operator::inventory::InventoryError;
use crate::app::operator::open_order::RemoteOpenError;
use crate::app::operator::password::PasswordError;
use crate::app::operator::session::LogInError;
use crate::app::plate::OwnPlateError;
use crate::app::session::SessionError;
use crate::store::StoreError;
use crate::store::codec::encode;

/// Logs `error` with its causes; the response does not contain them.
pub fn internal(error: &(dyn Error + 'static)) -> ProblemResponse {
    tracing::error!(error = chain(error), "request failed with an internal error");
    ProblemDetails::new(500, "internal", "Internal server error").into()
}

pub fn not_found() -> ProblemResponse {
    ProblemDetails::new(404, "not_found", "Resource not found").into()
}

/// The database is overloaded or unavailable: not the caller's fault, and the caller can retry.
fn busy(error: &StoreError) -> ProblemResponse {
    tracing::warn!(error = chain(error), "request refused; database overloaded or unavailable");
    ProblemDetails::new(503, "busy", "Service busy; try again later").into()
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
    ProblemDetails::new(status, code, title).into()
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
            SessionError::OpenId => {
                ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
                    .field("openid")
                    .detail(error.to_string())
                    .into()
            }
            SessionError::Bind(error) => error.into(),
            SessionError::Store(error) => error.into(),
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
            BindCodeError::Store(error) => error.into(),
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
            GatewayEnrolmentError::Store(error) => error.into(),
            GatewayEnrolmentError::UnknownGarage(_) | GatewayEnrolmentError::Random(_) => internal(&error),
        }
    }
}

impl From<ArrivalBoardError> for ProblemResponse {
    fn from(error: ArrivalBoardError) -> Self {
        match error {
            ArrivalBoardError::NotYourClass => not_your_class(),
            ArrivalBoardError::Store(error) => error.into(),
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
            ArrivalActError::Store(error) => error.into(),
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

impl From<ArrivalClaimError> for ProblemResponse {
    fn from(error: ArrivalClaimError) -> Self {
        match error {
            ArrivalClaimError::NotYourChild => {
                problem(403, "not_your_child", "Child not registered to this account")
            }
            ArrivalClaimError::NotAGuardian => not_a_guardian(),
            ArrivalClaimError::OutsideWindow => {
                problem(409, "outside_pickup_window", "Outside the school's pickup window")
            }
            ArrivalClaimError::Page(error) => error.into(),
            ArrivalClaimError::Store(error) => error.into(),
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
            OwnPlateError::Store(error) => error.into(),
        }
    }
}

impl From<IngestError> for ProblemResponse {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Gap { expected } => {
                ProblemDetails::new(409, "sequence_gap", "Records missing before this batch")
                    .field("records[0].seq")
                    .detail(format!("expected {expected}"))
                    .into()
            }
            IngestError::Invalid(detail) => {
                ProblemDetails::new(422, "invalid_batch", "Invalid batch").detail(detail).into()
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

impl From<CountAdjustmentError> for ProblemResponse {
    fn from(error: CountAdjustmentError) -> Self {
        let invalid = |field: &str| {
            ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
                .field(field)
                .detail(error.to_string())
        };
        match error {
            CountAdjustmentError::Reason => invalid("reason").into(),
            CountAdjustmentError::Occupied { .. } => invalid("occupied").into(),
            CountAdjustmentError::Changed { now } => {
                let now = now.map_or_else(|| "no data".to_owned(), |count| count.to_string());
                ProblemDetails::new(409, "count_changed", "Count changed since it was read; reload it")
                    .detail(format!("current count: {now}"))
                    .into()
            }
            CountAdjustmentError::KeyReused => {
                problem(409, "idempotency_key_reused", "Idempotency key already used for another correction")
            }
            CountAdjustmentError::Operator(error) => error.into(),
        }
    }
}

impl From<InventoryError> for ProblemResponse {
    fn from(error: InventoryError) -> Self {
        let invalid = |field: &str| {
            ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
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

impl From<RemoteOpenError> for ProblemResponse {
    fn from(error: RemoteOpenError) -> Self {
        let invalid = |field: &str| {
            ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
                .field(field)
                .detail(error.to_string())
        };
        match error {
            RemoteOpenError::Reason => invalid("reason").into(),
            RemoteOpenError::Plate(error) => {
                ProblemDetails::new(422, "invalid_plate", "Invalid number plate")
                    .field("plate")
                    .detail(error.to_string())
                    .into()
            }
            RemoteOpenError::Lane => invalid("lane").into(),
            RemoteOpenError::Waiting => {
                problem(409, "order_waiting", "Remote opening already pending for this lane")
            }
            RemoteOpenError::KeyReused => {
                problem(409, "idempotency_key_reused", "Idempotency key already used for another order")
            }
            RemoteOpenError::Operator(error) => error.into(),
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
                ProblemDetails::new(409, "not_let_in", "Entry not permitted now")
                    .detail(encode(reason))
                    .into()
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

impl From<AccessCheckError> for ProblemResponse {
    fn from(error: AccessCheckError) -> Self {
        match error {
            AccessCheckError::Plate(error) => {
                ProblemDetails::new(422, "invalid_plate", "Invalid number plate")
                    .field("plate")
                    .detail(error.to_string())
                    .into()
            }
            AccessCheckError::Operator(error) => error.into(),
        }
    }
}

impl From<CalendarError> for ProblemResponse {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::NoSuchSchool => not_found(),
            CalendarError::Range => ProblemDetails::new(400, "invalid_query", "Invalid query parameter")
                .detail(error.to_string())
                .into(),
            CalendarError::Changed => {
                problem(412, "calendar_changed", "Calendar changed since it was read; reload it")
            }
            CalendarError::Invalid(InvalidField { field, message }) => {
                ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
                    .field(field)
                    .detail(message)
                    .into()
            }
            CalendarError::Operator(error) => error.into(),
        }
    }
}
