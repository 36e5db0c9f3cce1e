//! Opens the barrier of a make that is not told so in an answer: a request to the device, with digest authentication.
//!
//! It is made at once or not at all: what could not be sent within [`DEADLINE`] is never sent later (invariant 6).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use devices::{dahua, hikvision};
use domain::ids::LaneId;
use http_auth::{PasswordClient, PasswordParams};
use process::config::Secret;
use reqwest::{Method, StatusCode, Url, header};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::config::{Config, Control, Dialect, Lane, Make};

/// For both requests of a challenge and its answer. A driver who has waited for longer calls for help.
const DEADLINE: Duration = Duration::from_secs(3);

/// Why the barrier may not have opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("the device did not answer in time")]
    Late,
    #[error("another request to open is still under way")]
    Busy,
    #[error("the device is out of reach")]
    Http(#[from] reqwest::Error),
    #[error("the device's challenge cannot be answered: {0}")]
    Challenge(String),
    #[error("the device answered {0}")]
    Status(StatusCode),
    #[error("its address and path do not go together")]
    Url,
}

/// Of the lanes whose device is asked to open.
#[derive(Clone, Default)]
pub(crate) struct Openers(HashMap<LaneId, Arc<Opener>>);

impl Openers {
    pub fn new(config: &Config) -> Result<Self, reqwest::Error> {
        // The devices are in the garage's own network: no proxy, and nobody to be led to.
        let http =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let opener = |lane: &Lane| {
            let Make::Posting(posting) = &lane.make else { return None };
            let control = config.controls.get(&lane.id).filter(|_| !posting.dialect.opens_by_answer())?;
            let opener = Opener::new(http.clone(), control.clone(), posting.dialect);
            Some((lane.id.clone(), Arc::new(opener)))
        };
        Ok(Self(config.lanes.iter().filter_map(opener).collect()))
    }

    pub fn get(&self, lane: &LaneId) -> Option<&Arc<Opener>> {
        self.0.get(lane)
    }
}

pub(crate) struct Opener {
    http: reqwest::Client,
    control: Control,
    dialect: Dialect,
    busy: Mutex<()>,
}

impl Opener {
    fn new(http: reqwest::Client, control: Control, dialect: Dialect) -> Self {
        Self { http, control, dialect, busy: Mutex::default() }
    }

    /// One at a time: the car before opens for nobody twice.
    pub async fn open(&self) -> Result<(), OpenError> {
        let _busy = self.busy.try_lock().map_err(|_| OpenError::Busy)?;
        timeout(DEADLINE, self.request()).await.map_err(|_| OpenError::Late)?
    }

    async fn request(&self) -> Result<(), OpenError> {
        let (method, path, body) = command(self.dialect);
        let url = self.control.url.join(&path).map_err(|_| OpenError::Url)?;
        let first = self.http.request(method.clone(), url.clone()).body(body.clone()).send().await?;
        let answer = if first.status() == StatusCode::UNAUTHORIZED {
            let authorization = self.authorization(first.headers(), &method, &url)?;
            let request = self.http.request(method, url).header(header::AUTHORIZATION, authorization);
            request.body(body).send().await?
        } else {
            first
        };
        if answer.status().is_success() { Ok(()) } else { Err(OpenError::Status(answer.status())) }
    }

    /// Answers the challenge; with a digest if the device offers one.
    fn authorization(
        &self,
        headers: &header::HeaderMap,
        method: &Method,
        url: &Url,
    ) -> Result<String, OpenError> {
        let challenges =
            headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let challenges: Vec<&str> = challenges.collect();
        let mut client =
            PasswordClient::try_from(challenges.join(", ").as_str()).map_err(OpenError::Challenge)?;
        let uri =
            url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let asked = PasswordParams {
            username: &self.control.username,
            password: Secret::expose(&self.control.password),
            uri: &uri,
            method: method.as_str(),
            body: None,
        };
        client.respond(&asked).map_err(OpenError::Challenge)
    }
}

fn command(dialect: Dialect) -> (Method, String, String) {
    match dialect {
        Dialect::Dahua => (Method::GET, dahua::OPEN.to_owned(), String::new()),
        // The others open by their answer.
        Dialect::Hikvision | Dialect::Zhenshi | Dialect::Huaxia => {
            let (path, body) = hikvision::open(1);
            (Method::PUT, path, body)
        }
    }
}
