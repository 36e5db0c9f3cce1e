//! Our API between the fake server and the fake WeChat.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use miniapp_api::door::{ConnectionPolicy, LoginRateLimiter, SessionRateLimiter};
use miniapp_api::hub::{PushHub, SocketLimits, feed};
use miniapp_api::server::{self, ServerClient};
use miniapp_api::wechat::{self, WechatClient};
use miniapp_api::{MiniappState, router};
use service::config::SecretText;
use service::readiness::ProcessReadiness;
use service::telemetry::metrics_recorder;
use testkit::wait::until;
use testkit::wechat::{APP_ID, APP_SECRET, FakeWechat};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::fake::{FakeServer, SERVICE_TOKEN};
use crate::phone::{Phone, SOON};

pub(crate) struct World {
    pub server: FakeServer,
    pub wechat: FakeWechat,
    pub address: SocketAddr,
    pub hub: Arc<PushHub>,
    pub readiness: ProcessReadiness,
    pub shutdown: CancellationToken,
    _stop: DropGuard,
}

/// Sessions are not checked again within a test: a check reads, and would hide a frame that was lost elsewhere.
pub(crate) fn limits() -> SocketLimits {
    SocketLimits {
        ping_every: Duration::from_millis(200),
        check_every: Duration::from_secs(3600),
        feed_wait: Duration::from_secs(2),
        ..SocketLimits::default()
    }
}

/// Limits with which sessions are checked again soon.
pub(crate) fn suspicious() -> SocketLimits {
    SocketLimits { check_every: Duration::from_millis(300), ..limits() }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(limits(), SERVICE_TOKEN, 10_000).await
    }

    pub(crate) async fn with(limits: SocketLimits, token: &str, log_ins: u32) -> Self {
        metrics_recorder();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (fake, wechat) = (FakeServer::start().await, FakeWechat::start().await);
        let settings = server::ServerClientSettings {
            url: format!("http://{}", fake.address()).parse().unwrap(),
            token: SecretText::new(token),
            ca_file: None,
        };
        let server = ServerClient::new(&settings).unwrap();
        let shutdown = CancellationToken::new();
        let hub = PushHub::new(server.clone(), limits, shutdown.clone());
        let app = MiniappState {
            server,
            wechat: WechatClient::new(wechat::WechatSettings {
                base_url: wechat.base_url().parse().unwrap(),
                app_id: APP_ID.to_owned(),
                secret: SecretText::new(APP_SECRET),
            })
            .unwrap(),
            hub: hub.clone(),
            doors: Arc::new(ConnectionPolicy::default()),
            log_ins: Arc::new(LoginRateLimiter::per_minute(log_ins)),
            attempts: Arc::new(SessionRateLimiter::per_minute("reservations", 20)),
            looks: Arc::new(SessionRateLimiter::per_minute("quotes", 10)),
        };
        let readiness = ProcessReadiness::new();
        hub.tasks().spawn(feed::follow(hub.clone(), readiness.check("feed")));
        let listener = service::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(service::http::serve(listener, router(app), shutdown.clone()));
        let stop = shutdown.clone().drop_guard();
        Self { server: fake, wechat, address, hub, readiness, shutdown, _stop: stop }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address)
    }

    /// Waits until news reaches the rooms.
    pub(crate) async fn following(&self) {
        until(SOON, "the feed", async || self.readiness.failures().is_empty().then_some(())).await;
    }

    pub(crate) async fn stream(&self, class: &str, session: &str, after: Option<i64>) -> Phone {
        let after = after.map(|cursor| format!("?after={cursor}")).unwrap_or_default();
        Phone::connect(self.address, &format!("/classes/{class}/arrivals/stream{after}"), session).await
    }
}

/// Waits until the process's metrics contain such a line.
pub(crate) async fn metric(line_starts_with: &str) {
    until(SOON, line_starts_with, async || {
        metrics_recorder().render().lines().any(|line| line.starts_with(line_starts_with)).then_some(())
    })
    .await;
}
