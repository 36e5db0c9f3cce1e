//! The calls to the district's server.

pub(crate) mod orders;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use domain::time::Timestamp;
use protocol::enrolment::{CredentialRenewal, DUE, GatewayCredential, GatewayEnrolment, RENEWAL};
use protocol::problem::ProblemDetails;
use protocol::uplink::{AccessPlanDocument, BatchReceipt, UplinkBatch};
use reqwest::header::{DATE, ETAG, IF_NONE_MATCH};
use reqwest::{Certificate, Client, RequestBuilder, Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;
use service::config::SecretText;

use crate::config::{self, is_loopback};
use crate::identity::BoxIdentity;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Deadline from the first byte of a request to the last of its response.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// A plan of 100,000 plates has some 5 MB.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
/// The server's problem code for records that are missing before a batch.
const SEQUENCE_GAP: &str = "sequence_gap";
/// Maximum bytes of an error's body in the log.
const EXCERPT: usize = 300;

/// Error of building the client.
#[derive(Debug, thiserror::Error)]
pub enum ServerClientBuildError {
    #[error("`server.ca_file`: cannot read {path}", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`server.ca_file`: {path} holds no PEM certificates", path = path.display())]
    Certificate { path: PathBuf, source: reqwest::Error },
    #[error("`server.url`: not an address")]
    Url,
    #[error("the HTTPS client cannot be made")]
    Build(#[source] reqwest::Error),
}

/// Error of a call.
#[derive(Debug, thiserror::Error)]
pub enum DistrictServerError {
    #[error("the server is out of reach")]
    Unreachable(#[source] reqwest::Error),
    #[error("the server answered {status}: {excerpt}")]
    Status { status: StatusCode, code: Option<String>, excerpt: String },
    #[error("the server's answer is too large")]
    TooLarge,
    #[error("the server's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
}

impl DistrictServerError {
    /// A short label for metrics.
    pub fn label(&self) -> String {
        match self {
            Self::Unreachable(_) => "unreachable".to_owned(),
            Self::Status { status, .. } => status.as_u16().to_string(),
            Self::TooLarge => "too_large".to_owned(),
            Self::Unreadable(_) => "unreadable".to_owned(),
        }
    }

    /// The code of the problem, if the server sent one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Status { code, .. } => code.as_deref(),
            Self::Unreachable(_) | Self::TooLarge | Self::Unreadable(_) => None,
        }
    }

    /// Whether the server lacks records that this gateway has deleted.
    pub fn is_gap(&self) -> bool {
        self.code() == Some(SEQUENCE_GAP)
    }

    /// Whether a retry without any change cannot succeed.
    pub fn is_permanent(&self) -> bool {
        let Self::Status { status, .. } = self else { return false };
        let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
        status.is_client_error() && !passing.contains(status)
    }
}

/// An access plan as received.
pub(crate) struct FetchedPlan {
    pub document: AccessPlanDocument,
    pub etag: Option<String>,
}

/// The server's clock at its last response.
type ServerTime = Arc<AtomicI64>;

/// The self-test's result of one call.
pub(crate) struct ServerProbeResult {
    /// The server's clock.
    pub date: Option<Timestamp>,
    pub plan: Result<AccessPlanDocument, DistrictServerError>,
}

#[derive(Clone)]
pub(crate) struct DistrictServerClient {
    client: Client,
    events: Url,
    plan: Url,
    credential: Url,
    orders: Url,
    identity: Arc<BoxIdentity>,
    /// Microseconds; 0 before the first response.
    time: ServerTime,
}

impl DistrictServerClient {
    pub(crate) fn new(
        config: &config::DistrictServerConfig,
        identity: Arc<BoxIdentity>,
    ) -> Result<Self, ServerClientBuildError> {
        let base: Url = config.url.parse().map_err(|_| ServerClientBuildError::Url)?;
        let join = |path| base.join(path).map_err(|_| ServerClientBuildError::Url);
        let (events, plan) = (join("/gateway/v1/events")?, join("/gateway/v1/access-plan")?);
        let (credential, orders) = (join("/gateway/v1/credential")?, join("/gateway/v1/orders")?);
        Ok(Self {
            client: client(config, &base)?,
            events,
            plan,
            credential,
            orders,
            identity,
            time: ServerTime::default(),
        })
    }

    /// The first contact, authenticated by the enrolment code alone. The outer error is an error of the configuration.
    pub(crate) async fn enrol(
        config: &config::DistrictServerConfig,
        asked: &GatewayEnrolment,
    ) -> Result<Result<(), DistrictServerError>, ServerClientBuildError> {
        let base: Url = config.url.parse().map_err(|_| ServerClientBuildError::Url)?;
        let url = base.join("/gateway/v1/enroll").map_err(|_| ServerClientBuildError::Url)?;
        let request = client(config, &base)?.post(url).json(asked);
        Ok(taken(request).await)
    }

    /// Registers the next credential, authenticated by the token `current`.
    pub(crate) async fn offer(
        &self,
        current: &str,
        next: &GatewayCredential,
    ) -> Result<(), DistrictServerError> {
        let asked = CredentialRenewal { credential: next.clone() };
        taken(self.client.post(self.credential.clone()).bearer_auth(current).json(&asked)).await
    }

    pub(crate) async fn send(&self, batch: &UplinkBatch) -> Result<BatchReceipt, DistrictServerError> {
        let request = || self.client.post(self.events.clone()).json(batch);
        json(succeeded(self.authorized(request).await?).await?).await
    }

    /// `None` if the plan still has the ETag `etag`.
    pub(crate) async fn plan(&self, etag: Option<&str>) -> Result<Option<FetchedPlan>, DistrictServerError> {
        let request = || {
            let request = self.client.get(self.plan.clone());
            etag.iter().fold(request, |request, etag| request.header(IF_NONE_MATCH, *etag))
        };
        let used = self.identity.current();
        let response = self.authorized(request).await?;
        if response.headers().get(RENEWAL).is_some_and(|value| value == DUE) {
            self.identity.renew(used);
        }
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let response = succeeded(response).await?;
        let etag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        Ok(Some(FetchedPlan { document: json(response).await?, etag }))
    }

    /// The server's clock at its last response.
    pub(crate) fn last_date(&self) -> Option<Timestamp> {
        let micros = self.time.load(Ordering::Relaxed);
        (micros != 0).then(|| Timestamp::from_micros(micros))
    }

    /// Fetches the plan without an ETag. The date is returned even if the plan is an error.
    pub(crate) async fn look(&self) -> Result<ServerProbeResult, DistrictServerError> {
        let response = self.authorized(|| self.client.get(self.plan.clone())).await?;
        let date = date(&response);
        let plan = async { json(succeeded(response).await?).await };
        Ok(ServerProbeResult { date, plan: plan.await })
    }

    /// Sends with the present credential, and again with the next one if it was renewed during the request.
    async fn authorized(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Response, DistrictServerError> {
        let used = self.identity.current();
        let send = async |token: &SecretText| request().bearer_auth(token.expose()).send().await;
        let response = send(&used).await.map_err(DistrictServerError::Unreachable)?;
        if let Some(date) = date(&response) {
            self.time.store(date.micros(), Ordering::Relaxed);
        }
        let current = self.identity.current();
        if response.status() != StatusCode::UNAUTHORIZED || current == used {
            return Ok(response);
        }
        send(&current).await.map_err(DistrictServerError::Unreachable)
    }
}

fn date(response: &Response) -> Option<Timestamp> {
    response.headers().get(DATE).and_then(|date| date.to_str().ok()).and_then(date_of)
}

fn date_of(text: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?))
}

/// For calls whose response has no content.
async fn taken(request: RequestBuilder) -> Result<(), DistrictServerError> {
    succeeded(request.send().await.map_err(DistrictServerError::Unreachable)?).await.map(|_| ())
}

fn client(config: &config::DistrictServerConfig, base: &Url) -> Result<Client, ServerClientBuildError> {
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        // No redirects: the token is sent to this server only.
        .redirect(redirect::Policy::none())
        .user_agent(concat!("parking-gateway/", env!("CARGO_PKG_VERSION")));
    if is_loopback(base) {
        builder = builder.no_proxy();
    }
    match &config.ca_file {
        Some(path) => builder = builder.tls_certs_merge(certificates(path)?),
        // Without TLS the system's certificates are not required.
        None if base.scheme() == "http" => builder = builder.tls_certs_only([]),
        None => {}
    }
    builder.build().map_err(ServerClientBuildError::Build)
}

fn certificates(path: &std::path::Path) -> Result<Vec<Certificate>, ServerClientBuildError> {
    let pem = std::fs::read(path)
        .map_err(|source| ServerClientBuildError::Read { path: path.to_owned(), source })?;
    Certificate::from_pem_bundle(&pem)
        .map_err(|source| ServerClientBuildError::Certificate { path: path.to_owned(), source })
}

async fn succeeded(response: Response) -> Result<Response, DistrictServerError> {
    let status = response.status();
    if matches!(status, StatusCode::OK | StatusCode::NO_CONTENT) {
        return Ok(response);
    }
    let body = body(response).await.unwrap_or_default();
    let problem: Option<ProblemDetails> = serde_json::from_slice(&body).ok();
    let body = body.get(..EXCERPT).unwrap_or(&body);
    let excerpt = String::from_utf8_lossy(body).into_owned();
    Err(DistrictServerError::Status { status, code: problem.map(|problem| problem.code), excerpt })
}

async fn json<T: DeserializeOwned>(response: Response) -> Result<T, DistrictServerError> {
    serde_json::from_slice(&body(response).await?).map_err(DistrictServerError::Unreadable)
}

async fn body(mut response: Response) -> Result<Vec<u8>, DistrictServerError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(DistrictServerError::Unreachable)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(DistrictServerError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
