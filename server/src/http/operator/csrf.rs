//! Protection against cross-site requests, besides `SameSite=Strict`: a page of another origin needs a CORS preflight
//! for this header, and the preflight is refused.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

pub const HEADER: &str = "x-requested-with";
const VALUE: &str = "console";

pub(super) async fn require(request: Request, next: Next) -> Result<Response, ProblemResponse> {
    let named = request.headers().get(HEADER).is_some_and(|value| value == VALUE);
    if request.method().is_safe() || named {
        return Ok(next.run(request).await);
    }
    Err(ProblemDetails::new(403, "not_from_console", "X-Requested-With: console header required").into())
}
