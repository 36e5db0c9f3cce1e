//! The connection pool to the server, with the service token on every request.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use reqwest::{Certificate, Client, Url};
use service::config::SecretText;

const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// Connections kept open: as many as the hub's reads and a few people's requests at once.
const IDLE_CONNECTIONS: usize = 128;

/// Shorter than a balancer's usual idle time, so that the other side rarely closes first.
const IDLE_FOR: Duration = Duration::from_secs(30);

/// The server's address and our credentials.
#[derive(Debug, Clone)]
pub struct ServerClientSettings {
    pub url: Url,
    pub token: SecretText,
    /// PEM file; if set, only its authorities are trusted.
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum ServerClientError {
    #[error("`server.ca_file`: cannot read {path}", path = path.display())]
    ReadCa { path: PathBuf, source: io::Error },
    #[error("`server.ca_file`: no certificates in PEM form in {path}", path = path.display())]
    ParseCa { path: PathBuf, source: Option<reqwest::Error> },
    #[error("`server.token`: has characters that cannot stand in a header")]
    Token,
    #[error("the HTTP client cannot be built")]
    Build(#[source] reqwest::Error),
}

/// Cheap to clone: clones share the connections.
#[derive(Debug, Clone)]
pub struct ServerClient {
    pub(super) http: Client,
    pub(super) base: Url,
}

impl ServerClient {
    pub fn new(settings: &ServerClientSettings) -> Result<Self, ServerClientError> {
        let mut builder = Client::builder()
            .default_headers(service_header(&settings.token)?)
            .connect_timeout(CONNECT_WITHIN)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE_FOR)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Some(path) = &settings.ca_file {
            builder = builder.tls_certs_only(certificates(path)?);
        }
        let http = builder.build().map_err(ServerClientError::Build)?;
        Ok(Self { http, base: settings.url.clone() })
    }
}

fn service_header(token: &SecretText) -> Result<HeaderMap, ServerClientError> {
    let mut value =
        HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| ServerClientError::Token)?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
}

fn certificates(path: &PathBuf) -> Result<Vec<Certificate>, ServerClientError> {
    let pem = fs::read(path).map_err(|source| ServerClientError::ReadCa { path: path.clone(), source })?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(list) if !list.is_empty() => Ok(list),
        Ok(_) => Err(ServerClientError::ParseCa { path: path.clone(), source: None }),
        Err(source) => Err(ServerClientError::ParseCa { path: path.clone(), source: Some(source) }),
    }
}
