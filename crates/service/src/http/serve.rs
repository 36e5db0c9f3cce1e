//! The accept loop and its shutdown: no new requests after the token is cancelled, ten seconds for open ones.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::stack::{HttpLimits, app};

/// [`serve_with`] the default [`HttpLimits`].
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) -> io::Result<()> {
    serve_with(listener, router, HttpLimits::default(), shutdown).await
}

/// Returns once `shutdown` is cancelled and every request is answered, or the drain is over.
///
/// It does not wait for WebSockets: the handler that upgraded one must watch the token itself.
pub async fn serve_with(
    listener: TcpListener,
    router: Router,
    limits: HttpLimits,
    shutdown: CancellationToken,
) -> io::Result<()> {
    // Without TCP_NODELAY a small frame can wait 40 ms for the peer's delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
    });
    let server =
        axum::serve(listener, app(router, limits).into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(shutdown.clone().cancelled_owned());
    tokio::select! {
        ended = server => ended,
        () = drained(&shutdown, limits) => {
            tracing::warn!(drain_ms = limits.drain.as_millis(), "drain deadline exceeded; open requests dropped");
            Ok(())
        }
    }
}

async fn drained(shutdown: &CancellationToken, limits: HttpLimits) {
    shutdown.cancelled().await;
    tokio::time::sleep(limits.drain).await;
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    use super::*;

    async fn started(
        router: Router,
        drain: Duration,
    ) -> (SocketAddr, CancellationToken, JoinHandle<io::Result<()>>) {
        let listener = crate::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let token = CancellationToken::new();
        let limits = HttpLimits { drain, ..HttpLimits::default() };
        (address, token.clone(), tokio::spawn(serve_with(listener, router, limits, token)))
    }

    async fn ask(address: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    #[tokio::test]
    async fn an_open_request_is_answered_during_the_drain() {
        static ENTERED: Notify = Notify::const_new();
        static GO_ON: Notify = Notify::const_new();
        let slow = || async {
            ENTERED.notify_one();
            GO_ON.notified().await;
            "done"
        };
        let router = Router::new().route("/slow", get(slow));
        let (address, token, server) = started(router, Duration::from_secs(10)).await;
        let mut stream = ask(address, "/slow").await;
        ENTERED.notified().await;
        token.cancel();
        GO_ON.notify_one();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "{answer}");
        server.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_request_that_never_ends_does_not_hold_the_process() {
        static ENTERED: Notify = Notify::const_new();
        let stuck = || async {
            ENTERED.notify_one();
            pending::<()>().await;
        };
        let router = Router::new().route("/stuck", get(stuck));
        let (address, token, server) = started(router, Duration::from_millis(50)).await;
        let _stream = ask(address, "/stuck").await;
        ENTERED.notified().await;
        token.cancel();
        tokio::time::timeout(Duration::from_secs(60), server).await.unwrap().unwrap().unwrap();
    }
}
