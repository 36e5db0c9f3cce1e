//! Every error becomes a problem document here and nowhere else. A refusal of the server goes to the phone unchanged. A
//! failure between the processes is logged, and the phone receives only that it may try again.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use crate::hub::SocketLimitError;
use crate::server::ServerCallError;
use crate::wechat::WechatError;

/// A restarting server is back in a few seconds.
const RETRY_AFTER_SECONDS: u64 = 3;

/// The error of every handler here.
#[derive(Debug)]
pub(super) struct MiniappApiError {
    problem: ProblemDetails,
    retry_after: Option<u64>,
}

impl MiniappApiError {
    pub(super) fn new(status: u16, code: &str, title: &str) -> Self {
        ProblemDetails::new(status, code, title).into()
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "Session token missing")
    }

    #[must_use]
    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<ProblemDetails> for MiniappApiError {
    fn from(problem: ProblemDetails) -> Self {
        Self { problem, retry_after: None }
    }
}

impl From<ProblemResponse> for MiniappApiError {
    fn from(ProblemResponse(problem): ProblemResponse) -> Self {
        problem.into()
    }
}

impl From<ServerCallError> for MiniappApiError {
    fn from(error: ServerCallError) -> Self {
        match error {
            ServerCallError::Refused { problem, retry_after } if (400..500).contains(&problem.status) => {
                Self { problem: *problem, retry_after }
            }
            ServerCallError::Refused { problem, retry_after } if problem.status == 503 => {
                Self::from(*problem).retry_after(retry_after.unwrap_or(RETRY_AFTER_SECONDS))
            }
            other => {
                tracing::warn!(error = other.chain(), "server request failed");
                Self::new(503, "server_unavailable", "Server unavailable; try again later")
                    .retry_after(RETRY_AFTER_SECONDS)
            }
        }
    }
}

impl From<WechatError> for MiniappApiError {
    fn from(error: WechatError) -> Self {
        match error {
            WechatError::InvalidCode => Self::new(400, "invalid_js_code", "WeChat login code invalid"),
            WechatError::CodeUsed => Self::new(400, "js_code_used", "WeChat login code already used"),
            WechatError::TooOften => {
                Self::new(429, "too_many_attempts", "Too many log-ins; try again in a minute").retry_after(60)
            }
            WechatError::Blocked => Self::new(403, "user_blocked", "Account blocked by WeChat"),
            WechatError::Busy => unavailable(),
            other @ (WechatError::Other(_)
            | WechatError::Status(_)
            | WechatError::Unreachable(_)
            | WechatError::Garbled(_)
            | WechatError::Empty) => {
                tracing::warn!(error = %other, cause = cause(&other), "WeChat log-in failed");
                unavailable()
            }
        }
    }
}

fn unavailable() -> MiniappApiError {
    MiniappApiError::new(503, "wechat_unavailable", "WeChat unavailable; try again later")
        .retry_after(RETRY_AFTER_SECONDS)
}

fn cause(error: &dyn std::error::Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

impl From<SocketLimitError> for MiniappApiError {
    fn from(error: SocketLimitError) -> Self {
        match error {
            SocketLimitError::Full => {
                Self::new(503, "too_many_connections", "Connection limit reached; try again later")
                    .retry_after(RETRY_AFTER_SECONDS)
            }
            SocketLimitError::TooManyOfSession => {
                Self::new(429, "too_many_connections", "Too many connections in this session; close one")
                    .retry_after(RETRY_AFTER_SECONDS)
            }
        }
    }
}

impl IntoResponse for MiniappApiError {
    fn into_response(self) -> Response {
        let mut response = ProblemResponse(self.problem).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
