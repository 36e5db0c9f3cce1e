//! The server over real HTTP, as `miniapp-api` calls it.

use std::sync::Once;

use axum::Router;
use protocol::people::SESSION_HEADER;
use reqwest::{Client, Method};
use serde_json::Value;
use server::app::{App, service_token, session};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::common::StoreFixture;
use crate::people::district;

pub(super) struct InternalApi {
    pub app: App,
    base: String,
    client: Client,
    service: String,
    _stop: DropGuard,
}

pub(super) struct InternalReply {
    pub status: u16,
    pub body: Value,
}

impl InternalReply {
    /// The body of a success.
    #[track_caller]
    pub(super) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.body
    }

    #[track_caller]
    pub(super) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
    }
}

impl InternalApi {
    /// Serves the district of [`district`].
    pub(super) async fn start(fixture: &StoreFixture) -> Self {
        let app = fixture.app();
        district::fill(&app).await;
        Self::serve(app).await
    }

    pub(super) async fn serve(app: App) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        tokio::spawn(server::serve(app.clone(), listener, Router::new(), stop.clone()));
        let service = service_token::create(&app, "miniapp-api").await.unwrap();
        Self { app, base, client: Client::new(), service, _stop: stop.drop_guard() }
    }

    /// A session token of the person with this key.
    pub(super) async fn session(&self, key: &str) -> String {
        let person = district::person_id(&self.app, key).await;
        session::issue(&self.app, person).await.unwrap().token
    }

    pub(super) async fn get(&self, path: &str, session: &str) -> InternalReply {
        self.call(Method::GET, path, session, None).await
    }

    pub(super) async fn post(&self, path: &str, session: &str, body: Value) -> InternalReply {
        self.call(Method::POST, path, session, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str, session: &str) -> InternalReply {
        self.call(Method::DELETE, path, session, None).await
    }

    /// `path` is below `/internal/v1`.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        session: &str,
        body: Option<Value>,
    ) -> InternalReply {
        let service = format!("Bearer {}", self.service);
        self.send(method, path, &[("authorization", &service), (SESSION_HEADER, session)], body).await
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> InternalReply {
        let mut request = self.client.request(method, format!("{}/internal/v1{path}", self.base));
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.bytes().await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        InternalReply { status, body }
    }
}
