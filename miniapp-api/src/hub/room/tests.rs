use axum::extract::ws::Utf8Bytes;
use domain::ids::{ArrivalId, ClassId};
use uuid::Uuid;

use super::*;

fn session(name: &str) -> SessionToken {
    SessionToken::parse(name).unwrap()
}

fn room() -> PushRoom {
    PushRoom::new(PushRoomKey::Class(ClassId::parse("macau-road-1-1").unwrap()))
}

fn page(cursor: FeedCursor, cursors: &[FeedCursor]) -> ArrivalPage {
    let entry = |&cursor: &FeedCursor| ArrivalFrame {
        id: ArrivalId::from(Uuid::new_v4()),
        cursor,
        text: Utf8Bytes::from_static("x"),
    };
    ArrivalPage { cursor, more: false, entries: cursors.iter().map(entry).collect(), newest: None }
}

/// A room with one member whose first read ended at 10.
fn open_room() -> PushRoom {
    let room = room();
    let _kicked = room.enter(1, session("t1"));
    room.anchor(10, 0);
    room
}

#[test]
fn news_before_the_first_read_has_ended_is_not_forgotten() {
    let room = room();
    let _kicked = room.enter(1, session("t1"));
    room.news(12);
    assert!(room.job().is_none());
    room.anchor(11, 0);
    assert_eq!(room.job().unwrap().after, 11);
}

#[test]
fn news_during_a_read_makes_another_one() {
    let room = open_room();
    room.news(11);
    let job = room.job().unwrap();
    room.news(14);
    assert!(room.take_in(&job, page(11, &[11])));
    let job = room.job().unwrap();
    assert_eq!(job.after, 11);
    assert!(room.take_in(&job, page(14, &[14])));
    assert!(room.job().is_none() && room.is_current());
    assert!(
        matches!(room.take(0, 11), RingReadOutcome::Frames(frames) if frames.len() == 1 && frames[0].cursor == 14)
    );
    assert!(matches!(room.take(0, 14), RingReadOutcome::Current(14)));
}

#[test]
fn a_phone_from_before_the_ring_reads_by_itself() {
    let room = open_room();
    assert!(matches!(room.take(0, 9), RingReadOutcome::Gap { floor: Some(10) }));
    assert!(matches!(room.take(0, 10), RingReadOutcome::Current(10)));
}

#[test]
fn a_server_that_stops_short_is_believed_after_three_tries() {
    let room = open_room();
    room.news(20);
    for _ in 0..SHORT_ANSWERS {
        let job = room.job().unwrap();
        assert!(!room.take_in(&job, page(10, &[])));
    }
    assert!(room.job().is_none());
    room.news(21);
    assert!(room.job().is_some());
}

#[test]
fn cursors_that_go_backwards_end_what_was_known() {
    let room = open_room();
    room.news(11);
    let job = room.job().unwrap();
    assert!(room.take_in(&job, page(3, &[])));
    assert!(matches!(room.take(0, 10), RingReadOutcome::Backwards));
    assert!(matches!(room.take(room.epoch(), 3), RingReadOutcome::Gap { floor: None }));
    // A read that began before does not anchor the ring again.
    room.anchor(10, 0);
    assert!(matches!(room.take(room.epoch(), 3), RingReadOutcome::Gap { floor: None }));
}

#[test]
fn an_answer_from_before_a_reset_is_thrown_away() {
    let room = open_room();
    room.news(11);
    let job = room.job().unwrap();
    room.reset();
    assert!(room.take_in(&job, page(11, &[11])));
    assert!(matches!(room.take(room.epoch(), 0), RingReadOutcome::Gap { floor: None }));
}

#[test]
fn members_take_turns_and_a_refused_one_is_not_asked_again() {
    let room = open_room();
    let mut kicked = room.enter(2, session("t2"));
    room.news(11);
    let turns = [room.job().unwrap().member, room.job().unwrap().member];
    assert!(turns.contains(&1) && turns.contains(&2));
    room.kick(2, StreamCloseReason::SessionEnded);
    assert_eq!(kicked.try_recv(), Ok(StreamCloseReason::SessionEnded));
    assert_eq!([room.job().unwrap().member, room.job().unwrap().member], [1, 1]);
    assert!(room.leave(1));
    assert!(room.job().is_none());
}
