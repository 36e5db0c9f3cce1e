//! Each way in which the link can be bad.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testkit::proxy::TcpProxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

const SOON: Duration = testkit::wait::PATIENCE;

async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    address
}

async fn link() -> (TcpProxy, TcpStream) {
    let proxy = TcpProxy::start(echo().await).await;
    let stream = TcpStream::connect(proxy.address()).await.unwrap();
    (proxy, stream)
}

async fn round_trip(stream: &mut TcpStream) {
    stream.write_all(b"ping").await.unwrap();
    expect_ping(stream).await;
}

async fn expect_ping(stream: &mut TcpStream) {
    let mut answer = [0; 4];
    timeout(SOON, stream.read_exact(&mut answer)).await.expect("an answer in time").unwrap();
    assert_eq!(&answer, b"ping");
}

#[tokio::test]
async fn passing_forwards_both_ways_and_the_end() {
    let (_proxy, mut stream) = link().await;
    round_trip(&mut stream).await;
    stream.shutdown().await.unwrap();
    assert_eq!(timeout(SOON, stream.read(&mut [0])).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn a_cut_resets_what_is_open_and_what_comes_until_it_is_mended() {
    let (proxy, mut stream) = link().await;
    round_trip(&mut stream).await;
    proxy.cut();
    assert!(timeout(SOON, stream.read(&mut [0])).await.unwrap().is_err(), "no reset");
    let mut next = TcpStream::connect(proxy.address()).await.unwrap();
    assert!(timeout(SOON, next.read(&mut [0])).await.unwrap().is_err(), "no reset for a new one");
    proxy.pass();
    round_trip(&mut TcpStream::connect(proxy.address()).await.unwrap()).await;
}

#[tokio::test]
async fn a_frozen_link_stays_silent_and_delivers_when_it_thaws() {
    let (proxy, mut stream) = link().await;
    round_trip(&mut stream).await;
    proxy.freeze();
    stream.write_all(b"ping").await.unwrap();
    let mut fresh = TcpStream::connect(proxy.address()).await.unwrap();
    fresh.write_all(b"ping").await.unwrap();
    assert!(
        timeout(Duration::from_millis(100), stream.read(&mut [0])).await.is_err(),
        "something came through"
    );
    proxy.pass();
    expect_ping(&mut stream).await;
    expect_ping(&mut fresh).await;
}

#[tokio::test]
async fn a_delay_counts_once_per_direction_and_not_per_chunk() {
    let (proxy, mut stream) = link().await;
    round_trip(&mut stream).await;
    let by = Duration::from_millis(100);
    proxy.delay(by);
    let started = Instant::now();
    for _ in 0..10 {
        stream.write_all(b"ping").await.unwrap();
        tokio::task::yield_now().await;
    }
    for _ in 0..10 {
        expect_ping(&mut stream).await;
    }
    let took = started.elapsed();
    assert!(took >= by * 2, "{took:?}");
    assert!(took < by * 10, "{took:?}");
}
