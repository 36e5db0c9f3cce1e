//! The server as a part of a process: its own binary, or `standalone`.

use std::io;

use axum::Router;
use service::ProcessReadiness;
use service::http::operational_routes;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::background::BackgroundTasks;
use crate::http;

/// Serves on `listener` until `shutdown`, then completes open requests, commits what gateways have sent, and ends its
/// tasks.
///
/// `extra` are routes of the surrounding process, such as the demo's log-in.
pub async fn serve(
    app: App,
    listener: TcpListener,
    extra: Router,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let readiness = ProcessReadiness::new();
    let background = BackgroundTasks::start(&app, &readiness);
    let closing = tokio::spawn(close_long_polls(app.clone(), shutdown.clone()));
    let router =
        http::router(app).merge(operational_routes(readiness)).merge(web::operator_router()).merge(extra);
    let served = service::http::serve(listener, router, shutdown).await;
    closing.abort();
    background.end().await;
    served
}

async fn close_long_polls(app: App, shutdown: CancellationToken) {
    shutdown.cancelled().await;
    app.closing.cancel();
}
