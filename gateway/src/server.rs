//! The two calls to the district's server.

pub(crate) mod orders;

use std::path::PathBuf;
use std::time::Duration;

use process::config::Secret;
use protocol::problem::Problem;
use protocol::uplink::{Batch, PlanDocument, Receipt};
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Certificate, Client, Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;

use crate::config::{self, is_loopback};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the first byte of a request to the last of its answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// A plan of 100,000 plates has some 5 MB.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
/// The server's word for records that are missing before a batch.
const SEQUENCE_GAP: &str = "sequence_gap";
/// Bytes of an error's body that go into the log.
const EXCERPT: usize = 300;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("`server.ca_file`: cannot read {path}", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`server.ca_file`: {path} holds no PEM certificates", path = path.display())]
    Certificate { path: PathBuf, source: reqwest::Error },
    #[error("`server.url`: not an address")]
    Url,
    #[error("the HTTPS client cannot be made")]
    Build(#[source] reqwest::Error),
}

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the server is out of reach")]
    Unreachable(#[source] reqwest::Error),
    #[error("the server answered {status}: {excerpt}")]
    Status { status: StatusCode, code: Option<String>, excerpt: String },
    #[error("the server's address cannot be joined with the path")]
    Address,
    #[error("the server's answer is too large")]
    TooLarge,
    #[error("the server's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
}

impl CallError {
    /// A short word for a metric's label.
    pub fn label(&self) -> String {
        match self {
            Self::Unreachable(_) => "unreachable".to_owned(),
            Self::Status { status, .. } => status.as_u16().to_string(),
            Self::Address => "address".to_owned(),
            Self::TooLarge => "too_large".to_owned(),
            Self::Unreadable(_) => "unreadable".to_owned(),
        }
    }

    /// Whether the server lacks what this gateway has long forgotten.
    pub fn is_gap(&self) -> bool {
        matches!(self, Self::Status { code: Some(code), .. } if code == SEQUENCE_GAP)
    }

    /// Whether trying again without a change somewhere is hopeless.
    pub fn is_permanent(&self) -> bool {
        let Self::Status { status, .. } = self else { return false };
        let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
        status.is_client_error() && !passing.contains(status)
    }
}

/// An access plan as it came.
pub(crate) struct FetchedPlan {
    pub document: PlanDocument,
    pub etag: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Server {
    client: Client,
    events: Url,
    plan: Url,
    token: Secret,
}

impl Server {
    pub fn new(config: &config::Server) -> Result<Self, ClientError> {
        let base: Url = config.url.parse().map_err(|_| ClientError::Url)?;
        let join = |path| base.join(path).map_err(|_| ClientError::Url);
        let (events, plan) = (join("/gateway/v1/events")?, join("/gateway/v1/access-plan")?);
        Ok(Self { client: client(config, &base)?, events, plan, token: config.token.clone() })
    }

    pub async fn send(&self, batch: &Batch) -> Result<Receipt, CallError> {
        let request = self.client.post(self.events.clone()).bearer_auth(self.token.expose()).json(batch);
        let response = succeeded(request.send().await.map_err(CallError::Unreachable)?).await?;
        json(response).await
    }

    /// `None` when it is still the one called `etag`.
    pub async fn plan(&self, etag: Option<&str>) -> Result<Option<FetchedPlan>, CallError> {
        let mut request = self.client.get(self.plan.clone()).bearer_auth(self.token.expose());
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let response = request.send().await.map_err(CallError::Unreachable)?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let response = succeeded(response).await?;
        let etag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        Ok(Some(FetchedPlan { document: json(response).await?, etag }))
    }
}

fn client(config: &config::Server, base: &Url) -> Result<Client, ClientError> {
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        // The token goes to this server and to no other.
        .redirect(redirect::Policy::none())
        .user_agent(concat!("parking-gateway/", env!("CARGO_PKG_VERSION")));
    if is_loopback(base) {
        builder = builder.no_proxy();
    }
    match &config.ca_file {
        Some(path) => builder = builder.tls_certs_merge(certificates(path)?),
        // Without TLS the system's certificates need not be there.
        None if base.scheme() == "http" => builder = builder.tls_certs_only([]),
        None => {}
    }
    builder.build().map_err(ClientError::Build)
}

fn certificates(path: &std::path::Path) -> Result<Vec<Certificate>, ClientError> {
    let pem = std::fs::read(path).map_err(|source| ClientError::Read { path: path.to_owned(), source })?;
    Certificate::from_pem_bundle(&pem)
        .map_err(|source| ClientError::Certificate { path: path.to_owned(), source })
}

async fn succeeded(response: Response) -> Result<Response, CallError> {
    let status = response.status();
    if status == StatusCode::OK {
        return Ok(response);
    }
    let body = body(response).await.unwrap_or_default();
    let problem: Option<Problem> = serde_json::from_slice(&body).ok();
    let body = body.get(..EXCERPT).unwrap_or(&body);
    let excerpt = String::from_utf8_lossy(body).into_owned();
    Err(CallError::Status { status, code: problem.map(|problem| problem.code), excerpt })
}

async fn json<T: DeserializeOwned>(response: Response) -> Result<T, CallError> {
    serde_json::from_slice(&body(response).await?).map_err(CallError::Unreadable)
}

async fn body(mut response: Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(CallError::Unreachable)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(CallError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
