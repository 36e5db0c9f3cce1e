//! Query strings and path parameters; the problem names the invalid one.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use protocol::people::FeedCursor;
use protocol::problem::ProblemDetails;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use service::http::ProblemResponse;

pub use service::http::ApiQuery;

/// `?after=CURSOR`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AfterCursorQuery {
    /// Only changes since this cursor; absent: everything of now.
    #[serde(default)]
    pub after: Option<FeedCursor>,
}

/// Replaces `axum::extract::Path`: a path parameter that cannot be parsed results in 404.
#[derive(Debug, Clone, Copy)]
pub struct ApiPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        let wrong = |rejection: PathRejection| {
            ProblemDetails::new(404, "not_found", "Resource not found").detail(rejection.body_text())
        };
        Ok(Self(path.map_err(wrong)?.0))
    }
}
