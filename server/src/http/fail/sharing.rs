//! Problems of requests that change a garage's sharing.

use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use super::{not_found, problem};
use crate::app::import::InvalidField;
use crate::app::operator::sharing::SharingError;

impl From<SharingError> for ProblemResponse {
    fn from(error: SharingError) -> Self {
        let text = error.to_string();
        let with_detail =
            |code: &str, title: &str| ProblemDetails::new(409, code, title).detail(&text).into();
        match error {
            SharingError::NotFound => not_found(),
            SharingError::Changed => problem(412, "sharing_changed", "Changed since it was read; reload it"),
            SharingError::KeyReused(error) => error.into(),
            SharingError::Conflict(_) => with_detail("window_conflict", "Windows conflict"),
            SharingError::Affected { .. } => {
                with_detail("reservations_affected", "Existing reservations would lose their space")
            }
            SharingError::PoolInUse(_) => with_detail("pool_in_use", "Pool still in use"),
            SharingError::Range => {
                ProblemDetails::new(400, "invalid_query", "Invalid query parameter").detail(text).into()
            }
            SharingError::Invalid(InvalidField { field, message }) => {
                ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
                    .field(field)
                    .detail(message)
                    .into()
            }
            SharingError::Operator(error) => error.into(),
        }
    }
}
