//! What a phone sees on its WebSocket.

use domain::pickup::PickupPhase;
use protocol::people::{HallArrival, StreamFrame};
use tokio_tungstenite::tungstenite::Error;

use crate::fake::{SERVICE_TOKEN, class};
use crate::phone::Phone;
use crate::world::{World, limits, suspicious};

const CLASS: &str = "macau-road-1-1";
const OTHER: &str = "macau-road-1-2";

#[tokio::test]
async fn first_the_board_then_live_then_each_change() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    let early = world.server.arrive(&class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    let (board, cursor) = phone.board().await;
    assert_eq!((board.len(), board[0].id, cursor), (1, early, 1));
    let late = world.server.arrive(&class(CLASS));
    let arrival = phone.arrival().await;
    assert_eq!((arrival.id, arrival.order, arrival.cursor), (late, 2, 2));
    world.server.set_phase(early, PickupPhase::Released);
    let changed = phone.arrival().await;
    assert_eq!((changed.id, changed.phase), (early, PickupPhase::Released));
}

#[tokio::test]
async fn a_long_board_comes_in_pages_and_whole() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    for _ in 0..450 {
        world.server.lock().arrive(&class(CLASS), "王小明");
    }
    let (board, cursor) = world.stream(CLASS, "t1", None).await.board().await;
    assert_eq!((board.len(), cursor), (450, 450));
    let (rest, _) = world.stream(CLASS, "t1", Some(100)).await.board().await;
    assert_eq!(rest.iter().map(|a| a.cursor).collect::<Vec<_>>(), (101..=450).collect::<Vec<_>>());
}

#[tokio::test]
async fn two_teachers_of_one_class_see_the_same_in_the_same_order() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    world.server.lock().teacher("t2", &class(CLASS));
    let mut one = world.stream(CLASS, "t1", None).await;
    one.board().await;
    let mut two = world.stream(CLASS, "t2", None).await;
    two.board().await;
    let ids: Vec<_> = (0..100).map(|_| world.server.arrive(&class(CLASS))).collect();
    for id in ids {
        let (a, b) = (one.arrival().await, two.arrival().await);
        assert_eq!((a.id, &a), (id, &b));
    }
}

#[tokio::test]
async fn another_class_is_out_of_reach() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    assert_eq!(world.stream(OTHER, "t1", None).await.end().await, 4403);
    assert_eq!(world.stream(CLASS, "nobody", None).await.end().await, 4401);
}

#[tokio::test]
async fn news_of_other_classes_does_not_show() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    phone.board().await;
    world.server.arrive(&class(OTHER));
    let mine = world.server.arrive(&class(CLASS));
    assert_eq!(phone.arrival().await.id, mine);
}

#[tokio::test]
async fn a_revoked_session_ends_within_its_next_check() {
    let world = World::with(suspicious(), SERVICE_TOKEN, 10).await;
    world.server.lock().teacher("t1", &class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    phone.board().await;
    world.server.lock().people.clear();
    assert_eq!(phone.end().await, 4401);
}

#[tokio::test]
async fn a_class_that_is_taken_away_ends_the_stream() {
    let world = World::with(suspicious(), SERVICE_TOKEN, 10).await;
    world.server.lock().teacher("t1", &class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    phone.board().await;
    world.server.lock().people.get_mut("t1").unwrap().classes.clear();
    assert_eq!(phone.end().await, 4403);
}

#[tokio::test]
async fn the_hall_sees_all_classes_masked() {
    let world = World::start().await;
    world.server.lock().hall("screen");
    world.server.lock().teacher("t1", &class(CLASS));
    let mut screen = Phone::connect(world.address, "/hall/stream", "screen").await;
    assert!(matches!(screen.next::<HallArrival>().await, Ok(StreamFrame::Live { .. })));
    let ids = [world.server.arrive(&class(CLASS)), world.server.arrive(&class(OTHER))];
    for id in ids {
        let arrival = loop {
            if let StreamFrame::<HallArrival>::Arrival(arrival) = screen.next().await.unwrap() {
                break arrival;
            }
        };
        assert_eq!((arrival.id, arrival.pupil.as_str()), (id, "王*明"));
    }
    let mut teacher = Phone::connect(world.address, "/hall/stream", "t1").await;
    assert_eq!(teacher.end().await, 4403);
}

#[tokio::test]
async fn live_is_said_again_while_nothing_is_missing() {
    let world = World::start().await;
    world.following().await;
    world.server.lock().teacher("t1", &class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    for _ in 0..3 {
        assert_eq!(phone.board().await.1, 0);
    }
    world.server.arrive(&class(CLASS));
    assert_eq!(phone.arrival().await.cursor, 1);
    assert_eq!(phone.board().await.1, 1);
}

#[tokio::test]
async fn phones_are_told_when_the_process_stops() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    phone.board().await;
    world.shutdown.cancel();
    assert_eq!(phone.end().await, 1001);
    world.hub.tasks().close();
    tokio::time::timeout(crate::phone::SOON, world.hub.tasks().wait()).await.unwrap();
}

#[tokio::test]
async fn one_session_has_so_many_sockets_and_no_more() {
    let most = miniapp_api::hub::SocketLimits { sockets_per_session: 2, ..limits() };
    let world = World::with(most, SERVICE_TOKEN, 10).await;
    world.server.lock().teacher("t1", &class(CLASS));
    let _one = world.stream(CLASS, "t1", None).await;
    let two = world.stream(CLASS, "t1", None).await;
    let path = format!("/classes/{CLASS}/arrivals/stream");
    let refused = Phone::try_connect(world.address, &path, "t1").await;
    assert!(matches!(refused, Err(Error::Http(answer)) if answer.status() == 429));
    drop(two);
    testkit::wait::until(crate::phone::SOON, "a free place", async || {
        Phone::try_connect(world.address, &path, "t1").await.ok()
    })
    .await;
}

#[tokio::test]
async fn a_phone_that_talks_too_much_is_cut() {
    let quiet =
        miniapp_api::hub::SocketLimits { messages_per_ping: 3, ..miniapp_api::hub::SocketLimits::default() };
    let world = World::with(quiet, SERVICE_TOKEN, 10).await;
    world.server.lock().teacher("t1", &class(CLASS));
    let mut phone = world.stream(CLASS, "t1", None).await;
    phone.board().await;
    for _ in 0..4 {
        phone.say("hello").await;
    }
    assert_eq!(phone.end().await, 1008);
}

#[tokio::test]
async fn logging_out_ends_the_sockets_of_this_session_only() {
    let world = World::start().await;
    world.server.lock().teacher("t1", &class(CLASS));
    world.server.lock().teacher("t2", &class(CLASS));
    let (mut mine, mut other) =
        (world.stream(CLASS, "t1", None).await, world.stream(CLASS, "t2", None).await);
    mine.board().await;
    other.board().await;
    let out = reqwest::Client::new().delete(world.url("/sessions/current")).bearer_auth("t1");
    assert_eq!(out.send().await.unwrap().status(), 204);
    assert_eq!(mine.end().await, 4401);
    let id = world.server.arrive(&class(CLASS));
    assert_eq!(other.arrival().await.id, id);
}
