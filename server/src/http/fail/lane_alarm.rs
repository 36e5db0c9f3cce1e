//! Problems of requests that act on a lane's alarm or end a fire alarm.

use protocol::problem::Problem;
use service::http::ProblemResponse;

use super::{not_found, problem};
use crate::app::operator::fire_end::FireEndError;
use crate::app::operator::no_reading_shape::ShapeMarkError;

fn invalid_reason(error: &impl ToString) -> ProblemResponse {
    Problem::new(422, "invalid_body", "A field of the body is wrong")
        .field("reason")
        .detail(error.to_string())
        .into()
}

fn conflict(code: &str, title: &str, error: &impl ToString) -> ProblemResponse {
    Problem::new(409, code, title).detail(error.to_string()).into()
}

impl From<ShapeMarkError> for ProblemResponse {
    fn from(error: ShapeMarkError) -> Self {
        match error {
            ShapeMarkError::Reason => invalid_reason(&error),
            ShapeMarkError::NotReported => {
                conflict("shape_not_reported", "No lane reports this message now; look again", &error)
            }
            ShapeMarkError::ResemblesReading => conflict(
                "shape_resembles_reading",
                "This message resembles a reading and cannot be marked",
                &error,
            ),
            ShapeMarkError::TooMany => {
                conflict("too_many_shapes", "No more message shapes can be marked", &error)
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
            FireEndError::NoFire => conflict("no_fire_alarm", "No fire alarm holds", &error),
            FireEndError::InputOn => {
                conflict("fire_input_on", "A fire input is still on and keeps the alarm", &error)
            }
            FireEndError::Again { .. } => {
                conflict("fire_reported_again", "A fire input has reported fire again; look again", &error)
            }
            FireEndError::Waiting => problem(
                409,
                "order_waiting",
                "An order to end the fire alarm is still waiting for its gateway",
            ),
            FireEndError::KeyReused => {
                problem(409, "idempotency_key_reused", "This key was used for another order")
            }
            FireEndError::Operator(error) => error.into(),
        }
    }
}
