//! Failures of a call to the server.

use std::error::Error;

use protocol::problem::ProblemDetails;

#[derive(Debug, thiserror::Error)]
pub enum ServerCallError {
    /// No answer: connection refused, broken or too slow.
    #[error("the server cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The server refused with a problem document.
    #[error("the server answered {} {}", problem.status, problem.code)]
    Refused {
        problem: Box<ProblemDetails>,
        /// Seconds of its `Retry-After`.
        retry_after: Option<u64>,
    },
    /// An error without a problem document: a balancer's page, for example.
    #[error("the server answered {status} without saying why")]
    Unexplained { status: u16 },
    /// A success whose body does not match the protocol.
    #[error("the server's answer is not of the protocol")]
    Garbled(#[source] serde_json::Error),
    /// A success of another content type: a balancer's page, for example.
    #[error("the server's answer is not JSON")]
    NotJson,
    #[error("the server's answer has more than {most} bytes")]
    Oversized { most: usize },
    #[error("the request cannot be built")]
    Request(#[source] reqwest::Error),
    /// The server refuses this process: the service token is wrong. No person's session has ended.
    #[error("the server refuses the service token")]
    ServiceRefused,
    /// Too many other requests wait, and none was answered in time.
    #[error("too many reads are waiting for the server")]
    Queue,
}

impl ServerCallError {
    /// The problem, if the server refused with one.
    pub fn refusal(&self) -> Option<&ProblemDetails> {
        match self {
            Self::Refused { problem, .. } => Some(problem),
            Self::Unreachable(_)
            | Self::Unexplained { .. }
            | Self::Garbled(_)
            | Self::NotJson
            | Self::Oversized { .. }
            | Self::Request(_)
            | Self::ServiceRefused
            | Self::Queue => None,
        }
    }

    /// The error and its causes in one line, for the log.
    pub fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            line.push_str(": ");
            line.push_str(&error.to_string());
            cause = error.source();
        }
        line
    }
}
