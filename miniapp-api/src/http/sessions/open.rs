//! `POST /api/v1/sessions`: WeChat identifies the person, the server opens the session.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use protocol::people::{NewPersonSession, PersonSession, WechatLogIn};
use protocol::problem::ProblemDetails;
use service::http::ApiJson;

use crate::MiniappState;
use crate::http::refusal::MiniappApiError;

/// Longer than any code that a school gives out.
const LONGEST_BIND_CODE: usize = 64;

/// Logs in with a code of `wx.login`. The first log-in also needs the school's bind code, or `register` for a driver.
#[utoipa::path(
    post, path = "/api/v1/sessions", tag = "sessions", security(()), request_body = WechatLogIn,
    responses(
        (status = 201, body = PersonSession),
        (status = 400, body = ProblemDetails, description = "`invalid_js_code`, `js_code_used`"),
        (status = 403, body = ProblemDetails, description = "`user_blocked`, `bind_code_invalid`"),
        (status = 404, body = ProblemDetails, description = "`person_not_bound`: ask for the school's code"),
        (status = 429, body = ProblemDetails, description = "`too_many_requests`, `too_many_attempts`"),
        (status = 503, body = ProblemDetails, description = "`wechat_unavailable`, `server_unavailable`"),
    )
)]
pub(crate) async fn open(
    State(app): State<MiniappState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    ApiJson(body): ApiJson<WechatLogIn>,
) -> Result<(StatusCode, Json<PersonSession>), MiniappApiError> {
    app.log_ins.admit(app.doors.client_ip(peer.ip(), &headers)).map_err(|wait| {
        MiniappApiError::new(429, "too_many_requests", "Too many log-ins from this address; try again later")
            .retry_after(wait.as_secs().max(1))
    })?;
    let bind_code = body.bind_code.map(checked_bind_code).transpose()?;
    let openid = app.wechat.code_to_session(&body.js_code).await?;
    let session =
        app.server.open_session(&NewPersonSession { openid, bind_code, register: body.register }).await?;
    Ok((StatusCode::CREATED, Json(session)))
}

fn checked_bind_code(code: String) -> Result<String, MiniappApiError> {
    let code = code.trim();
    if code.is_empty() || code.chars().count() > LONGEST_BIND_CODE {
        return Err(ProblemDetails::new(422, "invalid_body", "Invalid field in the request body")
            .field("bind_code")
            .detail("must have 1 to 64 characters")
            .into());
    }
    Ok(code.to_owned())
}
