//! When the server restarts, refuses, or has another database; when a phone reads too slowly.

use std::time::Duration;

use futures_util::StreamExt;
use miniapp_api::hub::SocketLimits;
use testkit::proxy::TcpProxy;
use testkit::wait::until;
use tokio::net::TcpSocket;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::fake::{SERVICE_TOKEN, class};
use crate::phone::{Phone, SOON};
use crate::world::{World, limits, metric};

const CLASS: &str = "macau-road-1-1";

#[tokio::test]
async fn a_server_that_restarts_loses_no_news() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    phone.board().await;
    for _ in 0..3 {
        world.server.link.cut();
        let id = world.server.arrive(&class(CLASS));
        until(SOON, "not ready", async || (!world.readiness.failures().is_empty()).then_some(())).await;
        world.server.link.pass();
        assert_eq!(phone.arrival().await.id, id);
        world.following().await;
    }
}

#[tokio::test]
async fn a_room_that_could_not_be_read_is_read_again() {
    let world = World::start().await;
    world.following().await;
    world.server.lock().teacher("t1", &class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    phone.board().await;
    world.server.lock().failures = 4;
    let id = world.server.arrive(&class(CLASS));
    assert_eq!(phone.arrival().await.id, id);
}

#[tokio::test]
async fn a_phone_waits_at_the_door_while_the_server_is_away() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    world.server.link.cut();
    let mut phone = world.stream(CLASS, "t1", None).await;
    metric("server_requests_total{route=\"/classes/{class}/arrivals\",status=\"0\"}").await;
    world.server.link.pass();
    assert_eq!(phone.board().await.1, 0);
}

#[tokio::test]
async fn a_server_that_stays_away_ends_the_wait() {
    let short = SocketLimits { first_read_within: Duration::from_millis(300), ..limits() };
    let world = World::with(short, SERVICE_TOKEN, 10).await;
    world.server.link.cut();
    assert_eq!(world.stream(CLASS, "t1", None).await.end().await, 1011);
}

#[tokio::test]
async fn a_colleague_takes_over_reading_from_a_revoked_teacher() {
    let world = World::start().await;
    world.following().await;
    let mut phones = Vec::new();
    for session in ["t1", "t2", "t3"] {
        world.server.lock().teacher(session, &class(CLASS));
        let mut phone = world.stream(CLASS, session, None).await;
        phone.board().await;
        phones.push(phone);
    }
    world.server.lock().people.remove("t1");
    world.server.lock().people.remove("t3");
    let ids: Vec<_> = (0..3).map(|_| world.server.arrive(&class(CLASS))).collect();
    for id in ids {
        assert_eq!(phones[1].arrival().await.id, id);
    }
    // Further reads take turns over the sessions, so both refused sessions come up soon.
    let mut third = phones.pop().unwrap();
    let mut first = phones.remove(0);
    let ended = tokio::spawn(async move { (first.end().await, third.end().await) });
    let ended = until(SOON, "both revoked teachers to be gone", async || {
        world.server.arrive(&class(CLASS));
        phones[0].arrival().await;
        ended.is_finished().then_some(())
    });
    ended.await;
}

#[tokio::test]
async fn another_database_behind_the_server_starts_everything_again() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    for _ in 0..20 {
        world.server.arrive(&class(CLASS));
    }
    let mut phone = world.stream(CLASS, "t1", None).await;
    assert_eq!(phone.board().await.1, 20);
    world.following().await;
    world.server.replace_database();
    let id = world.server.arrive(&class(CLASS));
    assert_eq!(phone.end().await, 1012);
    // A phone that insists on its old cursor gets the whole new board.
    let mut phone = world.stream(CLASS, "t1", Some(20)).await;
    let (board, cursor) = phone.board().await;
    assert_eq!((board.len(), board[0].id, cursor), (1, id, 1));
    let next = world.server.arrive(&class(CLASS));
    assert_eq!(phone.arrival().await.id, next);
}

#[tokio::test]
async fn a_phone_that_has_fallen_silent_gives_its_place_back() {
    let short = SocketLimits {
        ping_every: Duration::from_millis(100),
        // The phone that answers must do so within this time on a busy machine, too.
        silent_for: Duration::from_secs(5),
        ..limits()
    };
    let world = World::with(short, SERVICE_TOKEN, 10).await;
    world.server.lock().teacher("t1", &class(CLASS));
    let radio = TcpProxy::start(world.address).await;
    let path = format!("/classes/{CLASS}/arrivals/stream");
    let mut far = Phone::connect(radio.address(), &path, "t1").await;
    let mut near = world.stream(CLASS, "t1", None).await;
    far.board().await;
    near.board().await;
    // The feed, the room's reader and two sockets.
    assert_eq!(world.hub.tasks().len(), 4);
    radio.freeze();
    let gone = async || (world.hub.tasks().len() == 3).then_some(());
    // The phone that is read answers its pings.
    tokio::select! {
        () = until(SOON, "the silent phone to be gone", gone) => {}
        code = near.end() => panic!("the phone that answers was cut with {code}"),
    }
}

#[tokio::test]
async fn a_phone_that_reads_too_slowly_is_cut_and_told() {
    let strict = SocketLimits {
        send_within: Duration::from_millis(300),
        close_within: SOON,
        silent_for: SOON,
        ..limits()
    };
    let world = World::with(strict, SERVICE_TOKEN, 10).await;
    world.server.lock().teacher("t1", &class(CLASS));
    // More than the kernel buffers for one connection.
    for _ in 0..400 {
        world.server.lock().arrive(&class(CLASS), &"x".repeat(30_000));
    }
    let tcp = TcpSocket::new_v4().unwrap();
    tcp.set_recv_buffer_size(4096).unwrap();
    let tcp = tcp.connect(world.address).await.unwrap();
    let request = tokio_tungstenite::tungstenite::http::Request::builder()
        .uri(format!("/api/v1/classes/{CLASS}/arrivals/stream"))
        .header("host", world.address.to_string())
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("authorization", "Bearer t1");
    let uri = format!("ws://{}/api/v1/classes/{CLASS}/arrivals/stream", world.address);
    let (mut socket, _) = client_async(request.uri(uri).body(()).unwrap(), tcp).await.unwrap();
    metric("ws_endings_total{why=\"too_slow\"}").await;
    let code = loop {
        match tokio::time::timeout(SOON, socket.next()).await.unwrap() {
            Some(Ok(Message::Close(Some(frame)))) => break u16::from(frame.code),
            Some(Ok(_)) => {}
            other => panic!("the end came without a code: {other:?}"),
        }
    };
    assert_eq!(code, 4409);
}
