//! A TCP link between two of our processes that tests can break and restore while it is in use.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

const CHUNK: usize = 16 * 1024;
/// Chunks in flight in one direction; beyond that the sender gets back-pressure, as on a real link.
const IN_FLIGHT: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProxyMode {
    Pass,
    Cut,
    Freeze,
    Delay(Duration),
}

/// Forwards `address()` to one upstream; every connection is reset when it is dropped.
#[derive(Debug)]
pub struct TcpProxy {
    address: SocketAddr,
    mode: watch::Sender<ProxyMode>,
    _stop: DropGuard,
}

impl TcpProxy {
    /// Starts in [`TcpProxy::pass`].
    pub async fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port for the proxy");
        let address = listener.local_addr().expect("the proxy has an address");
        let (mode, watched) = watch::channel(ProxyMode::Pass);
        let stop = CancellationToken::new();
        tokio::spawn(accept(listener, upstream, watched, stop.clone()));
        Self { address, mode, _stop: stop.drop_guard() }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forwards at once.
    pub fn pass(&self) {
        self.mode.send_replace(ProxyMode::Pass);
    }

    /// Resets every connection, and each new one right after it was accepted. (The port stays bound, so no other process takes it.)
    pub fn cut(&self) {
        self.mode.send_replace(ProxyMode::Cut);
    }

    /// Half open: connections are accepted and stay, nothing is forwarded, not even their end. Bytes sent until then
    /// arrive after [`TcpProxy::pass`].
    pub fn freeze(&self) {
        self.mode.send_replace(ProxyMode::Freeze);
    }

    /// Each byte arrives `by` later, in each direction; the rate is not limited.
    pub fn delay(&self, by: Duration) {
        self.mode.send_replace(ProxyMode::Delay(by));
    }
}

async fn accept(
    listener: TcpListener,
    upstream: SocketAddr,
    mode: watch::Receiver<ProxyMode>,
    stop: CancellationToken,
) {
    while let Some(Ok((client, _))) = stop.run_until_cancelled(listener.accept()).await {
        tokio::spawn(connection(client, upstream, mode.clone(), stop.clone()));
    }
}

async fn connection(
    mut client: TcpStream,
    upstream: SocketAddr,
    mode: watch::Receiver<ProxyMode>,
    stop: CancellationToken,
) {
    let mut cut = mode.clone();
    let broken = tokio::select! {
        () = forward(&mut client, upstream, mode) => false,
        _ = cut.wait_for(|mode| *mode == ProxyMode::Cut) => true,
        () = stop.cancelled() => true,
    };
    if broken {
        // Closing with a zero linger time sends RST in place of FIN.
        let _ = client.set_zero_linger();
    }
}

async fn forward(client: &mut TcpStream, upstream: SocketAddr, mut mode: watch::Receiver<ProxyMode>) {
    if mode.wait_for(|mode| *mode != ProxyMode::Freeze).await.is_err() {
        return;
    }
    let Ok(mut server) = TcpStream::connect(upstream).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_in, client_out) = client.split();
    let (server_in, server_out) = server.split();
    tokio::join!(pump(client_in, server_out, mode.clone()), pump(server_in, client_out, mode));
}

/// Forwards one direction. Reading and writing are separate so that a delay holds each chunk up but not the ones behind it.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut mode: watch::Receiver<ProxyMode>,
) {
    let (sender, mut chunks) = mpsc::channel::<(Instant, Vec<u8>)>(IN_FLIGHT);
    let read = async move {
        let mut buffer = vec![0; CHUNK];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            if sender.send((Instant::now(), buffer[..count].to_vec())).await.is_err() {
                break;
            }
        }
    };
    let write = async move {
        while let Some((read_at, chunk)) = chunks.recv().await {
            released(&mut mode, read_at).await;
            if to.write_all(&chunk).await.is_err() {
                return;
            }
        }
        released(&mut mode, Instant::now()).await;
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}

/// Waits until the present mode releases the bytes that were read at `read_at`.
async fn released(mode: &mut watch::Receiver<ProxyMode>, read_at: Instant) {
    loop {
        let current = *mode.borrow_and_update();
        let delay = match current {
            ProxyMode::Pass => return,
            ProxyMode::Cut | ProxyMode::Freeze => None,
            ProxyMode::Delay(by) => Some(read_at + by),
        };
        tokio::select! {
            changed = mode.changed() => if changed.is_err() { return },
            () = sleep_until(delay) => return,
        }
    }
}

async fn sleep_until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
