//! The life of the process: build, serve, close all sockets.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use service::http::{operational_routes, serve};
use service::readiness::ProcessReadiness;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{MiniappConfig, MiniappSettings};
use crate::door::{ConnectionPolicy, LoginRateLimiter, SessionRateLimiter};
use crate::hub::{PushHub, SocketLimits, feed};
use crate::server::{ServerClient, ServerClientError};
use crate::wechat::WechatClient;
use crate::{MiniappState, router};

/// Deadline for the close frames to all phones.
const GOODBYE_WITHIN: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum MiniappRunError {
    #[error(transparent)]
    Config(#[from] service::config::ConfigError),
    #[error(transparent)]
    Server(#[from] ServerClientError),
    #[error("the client for WeChat cannot be built")]
    Wechat(#[source] reqwest::Error),
    #[error(transparent)]
    Bind(#[from] service::SocketBindError),
    #[error("serving has failed")]
    Serve(#[source] io::Error),
}

/// Serves on `listener` until `shutdown` is cancelled and every phone has received its close frame. `extra` is merged in;
/// only the demo has any.
pub async fn run(
    config: MiniappConfig,
    listener: TcpListener,
    extra: Router,
    shutdown: CancellationToken,
) -> Result<(), MiniappRunError> {
    let settings = config.settings()?;
    let app = build(&config, &settings, shutdown.clone())?;
    let readiness = ProcessReadiness::new();
    let following = feed::follow(app.hub.clone(), readiness.check("feed"));
    app.hub.tasks().spawn(following);
    let result = serve_all(&config, &app, listener, extra, readiness, shutdown.clone()).await;
    shutdown.cancel();
    say_goodbye(&app.hub).await;
    result
}

/// The state of a process with this configuration.
pub(crate) fn build(
    config: &MiniappConfig,
    settings: &MiniappSettings,
    shutdown: CancellationToken,
) -> Result<MiniappState, MiniappRunError> {
    // The first provider of the process stays; in `standalone` others may have installed the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = ServerClient::new(&settings.server)?;
    let wechat = WechatClient::new(settings.wechat.clone()).map_err(MiniappRunError::Wechat)?;
    let limits = SocketLimits {
        sockets: config.limits.sockets,
        sockets_per_session: config.limits.sockets_per_session,
        ..SocketLimits::default()
    };
    let doors = ConnectionPolicy {
        allowed_origins: config.http.allowed_origins.clone(),
        trusted_proxies: config.http.trusted_proxies.clone(),
    };
    Ok(MiniappState {
        hub: PushHub::new(server.clone(), limits, shutdown),
        server,
        wechat,
        doors: Arc::new(doors),
        log_ins: Arc::new(LoginRateLimiter::per_minute(config.limits.log_ins_per_minute)),
        attempts: Arc::new(SessionRateLimiter::per_minute(
            "reservations",
            config.limits.reservations_per_minute,
        )),
        looks: Arc::new(SessionRateLimiter::per_minute("quotes", config.limits.quotes_per_minute)),
    })
}

async fn serve_all(
    config: &MiniappConfig,
    app: &MiniappState,
    listener: TcpListener,
    extra: Router,
    readiness: ProcessReadiness,
    shutdown: CancellationToken,
) -> Result<(), MiniappRunError> {
    let public = router(app.clone()).merge(extra);
    let operations = operational_routes(readiness);
    let Some(address) = config.http.operations_listen else {
        return serve(listener, public.merge(operations), shutdown).await.map_err(MiniappRunError::Serve);
    };
    let inside = service::bind(address).await?;
    let both = tokio::try_join!(
        serve(listener, public, shutdown.clone()),
        serve(inside, operations, shutdown.clone())
    );
    both.map(|_| ()).map_err(MiniappRunError::Serve)
}

async fn say_goodbye(hub: &PushHub) {
    hub.tasks().close();
    if tokio::time::timeout(GOODBYE_WITHIN, hub.tasks().wait()).await.is_err() {
        tracing::warn!(open = hub.tasks().len(), "shutdown timed out; sockets left without close frame");
    }
}
