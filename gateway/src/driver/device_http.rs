//! Requests to a device, with the authentication scheme that it offers: digest if available, else basic.

use http_auth::{PasswordClient, PasswordParams};
use reqwest::{Method, Response, StatusCode, Url, header};
use service::config::SecretText;

use crate::config::DeviceControlConfig;

/// Error of a request without a usable response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeviceHttpError {
    #[error("the device cannot be reached")]
    Http(#[from] reqwest::Error),
    #[error("the device's challenge cannot be answered: {0}")]
    Challenge(String),
    #[error("the device answered {0}")]
    Status(StatusCode),
    #[error("its address and path do not form a URL")]
    Url,
}

/// HTTP client for a device's control address.
#[derive(Debug, Clone)]
pub(super) struct DeviceHttpClient {
    http: reqwest::Client,
    control: DeviceControlConfig,
}

impl DeviceHttpClient {
    pub(super) const fn new(http: reqwest::Client, control: DeviceControlConfig) -> Self {
        Self { http, control }
    }

    /// A client for devices, which are in the garage's own network: no proxy, and no redirects.
    pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()
    }

    /// Sends the request, and repeats it once with credentials after a challenge. A non-success status is an error.
    pub(super) async fn send(
        &self,
        method: &Method,
        path: &str,
        body: &str,
    ) -> Result<Response, DeviceHttpError> {
        let url = self.control.url.join(path).map_err(|_| DeviceHttpError::Url)?;
        let first = self.http.request(method.clone(), url.clone()).body(body.to_owned()).send().await?;
        let response = if first.status() == StatusCode::UNAUTHORIZED {
            let authorization = self.authorization(first.headers(), method, &url)?;
            let request = self.http.request(method.clone(), url).header(header::AUTHORIZATION, authorization);
            request.body(body.to_owned()).send().await?
        } else {
            first
        };
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(DeviceHttpError::Status(response.status()))
        }
    }

    /// Builds the credentials for the challenge; digest if the device offers it.
    fn authorization(
        &self,
        headers: &header::HeaderMap,
        method: &Method,
        url: &Url,
    ) -> Result<String, DeviceHttpError> {
        let challenges =
            headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let challenges: Vec<&str> = challenges.collect();
        let mut client =
            PasswordClient::try_from(challenges.join(", ").as_str()).map_err(DeviceHttpError::Challenge)?;
        let uri =
            url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let asked = PasswordParams {
            username: &self.control.username,
            password: SecretText::expose(&self.control.password),
            uri: &uri,
            method: method.as_str(),
            body: None,
        };
        client.respond(&asked).map_err(DeviceHttpError::Challenge)
    }
}
