//! Problems of requests that act on a lane's alarm or end a fire alarm.

use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use super::{not_found, problem};
use crate::app::operator::fire_end::FireEndError;
use crate::app::operator::no_reading_shape::ShapeMarkError;

fn invalid_reason(error: &impl ToString) -> ProblemResponse {
    ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
        .field("reason")
        .detail(error.to_string())
        .into()
}

fn conflict(code: &str, title: &str, error: &impl ToString) -> ProblemResponse {
    ProblemDetails::new(409, code, title).detail(error.to_string()).into()
}

impl From<ShapeMarkError> for ProblemResponse {
    fn from(error: ShapeMarkError) -> Self {
        match error {
            ShapeMarkError::Reason => invalid_reason(&error),
            ShapeMarkError::NotReported => {
                conflict("shape_not_reported", "Message not reported by any lane now", &error)
            }
            ShapeMarkError::ResemblesReading => conflict(
                "shape_resembles_reading",
                "Message resembles a plate reading and cannot be marked",
                &error,
            ),
            ShapeMarkError::TooMany => {
                conflict("too_many_shapes", "Maximum number of marked message shapes reached", &error)
            }
            ShapeMarkError::NotMarked => not_found(),
            ShapeMarkError::Operator(error) => error.into(),
        }
    }
}

impl From<FireEndError> for ProblemResponse {
    fn from(error: FireEndError) -> Self {
        match error {
            FireEndError::Reason => invalid_reason(&error),
            FireEndError::NoFire => conflict("no_fire_alarm", "No active fire alarm", &error),
            FireEndError::InputOn { .. } => conflict("fire_input_on", "Fire input still on", &error),
            FireEndError::Again { .. } => {
                conflict("fire_reported_again", "Fire reported again; reload and check", &error)
            }
            FireEndError::Waiting => {
                problem(409, "order_waiting", "Order to end the fire alarm already pending")
            }
            FireEndError::KeyReused(error) => error.into(),
            FireEndError::Operator(error) => error.into(),
        }
    }
}
