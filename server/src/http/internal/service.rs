//! Authentication of `/internal/v1`: a service token, issued by `server service-token`.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use crate::app::{App, service_token};
use crate::http::bearer;
use crate::http::fail::storage_problem;

pub(super) async fn require(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, ProblemResponse> {
    let refused = || ProblemDetails::new(401, "service_unauthorized", "Service token missing or invalid");
    let token = bearer::token(request.headers()).ok_or_else(refused)?;
    if service_token::authenticate(&app, token).await.map_err(storage_problem)?.is_none() {
        return Err(refused().into());
    }
    Ok(next.run(request).await)
}
