//! WeChat's server API for logging in. The only place that knows its addresses.
//!
//! Facts: developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session. A code is single use and lives some
//! five minutes; the app secret and the `session_key` never leave the server side, and we keep no `session_key`. A code is spent
//! once it was sent: nothing is retried here, the phone gets a new one from `wx.login`.

mod answer;

use std::time::Duration;

use metrics::{counter, histogram};
use reqwest::{Client, Url};
use service::config::SecretText;
use tokio::time::Instant;

pub use answer::WechatError;

use answer::CodeToSessionReply;

/// Default of the configuration.
pub const BASE_URL: &str = "https://api.weixin.qq.com";

/// WeChat answers in some 100 ms; a phone does not wait for long.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// Longer than any code of WeChat's.
const LONGEST_CODE: usize = 256;

/// WeChat's address and the mini-program's credentials.
#[derive(Debug, Clone)]
pub struct WechatSettings {
    pub base_url: Url,
    pub app_id: String,
    pub secret: SecretText,
}

#[derive(Debug, Clone)]
pub struct WechatClient {
    http: Client,
    settings: WechatSettings,
}

impl WechatClient {
    pub fn new(settings: WechatSettings) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { http, settings })
    }

    /// Exchanges the `js_code` of `wx.login` for the person's openid.
    pub async fn code_to_session(&self, js_code: &str) -> Result<String, WechatError> {
        let started = Instant::now();
        let result = match js_code.is_empty() || js_code.len() > LONGEST_CODE {
            true => Err(WechatError::InvalidCode),
            false => self.ask(js_code).await,
        };
        let outcome = result.as_ref().map_or_else(WechatError::label, |_| "ok");
        counter!("wechat_requests_total", "outcome" => outcome).increment(1);
        histogram!("wechat_request_seconds").record(started.elapsed());
        result
    }

    async fn ask(&self, js_code: &str) -> Result<String, WechatError> {
        let mut url = self.settings.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["sns", "jscode2session"]);
        }
        let query = [
            ("appid", self.settings.app_id.as_str()),
            ("secret", self.settings.secret.expose()),
            ("js_code", js_code),
            ("grant_type", "authorization_code"),
        ];
        let response = self.http.get(url).query(&query).send().await.map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(WechatError::Status(response.status().as_u16()));
        }
        // WeChat sends JSON as text/plain.
        let body = response.bytes().await.map_err(unreachable)?;
        let reply: CodeToSessionReply =
            serde_json::from_slice(&body).map_err(|error| WechatError::Garbled(error.into()))?;
        reply.openid()
    }
}

/// The address holds the app secret and the code, so it is removed before the error is passed on.
fn unreachable(error: reqwest::Error) -> WechatError {
    WechatError::Unreachable(error.without_url())
}

#[cfg(test)]
mod tests {

    use super::*;

    #[tokio::test]
    async fn neither_the_secret_nor_the_code_shows_in_an_error() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The port was bound and released: no process listens there.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base_url = format!("http://127.0.0.1:{port}").parse().unwrap();
        let settings =
            WechatSettings { base_url, app_id: "wx1".to_owned(), secret: SecretText::new("hunter2") };
        let error = WechatClient::new(settings.clone())
            .unwrap()
            .code_to_session("the-code")
            .await
            .expect_err("no answer");
        let shown = format!("{error} {error:?} {settings:?}");
        assert_eq!(error.label(), "unreachable");
        assert!(!shown.contains("hunter2") && !shown.contains("the-code"), "{shown}");
    }
}
