//! Responses to errors of the operators' console and of entries at the gate.

use super::storage_problem;
use super::{internal, not_found, problem};
use crate::app::gate_entry::GateEntryError;
use crate::app::import::InvalidField;
use crate::app::operator::OperatorError;
use crate::app::operator::access_check::AccessCheckError;
use crate::app::operator::adjustment::CountAdjustmentError;
use crate::app::operator::calendar::CalendarError;
use crate::app::operator::inventory::InventoryError;
use crate::app::operator::open_order::RemoteOpenError;
use crate::app::operator::password::PasswordError;
use crate::app::operator::session::LogInError;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;
use store::codec::encode;

impl From<OperatorError> for ProblemResponse {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::NoSuchGarage => not_found(),
            OperatorError::Store(error) => storage_problem(error),
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
            LogInError::Store(error) => storage_problem(error),
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
            CountAdjustmentError::KeyReused(error) => error.into(),
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
            InventoryError::KeyReused(error) => error.into(),
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
            RemoteOpenError::KeyReused(error) => error.into(),
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
            GateEntryError::KeyReused(error) => error.into(),
            GateEntryError::Store(error) => storage_problem(error),
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
