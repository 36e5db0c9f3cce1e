#![allow(clippy::unwrap_used)]
use domain::access::Audience;

use super::*;

fn names() -> Name {
    (DeviceId::parse("b1-in").unwrap(), EventId::parse("zhenshi:1").unwrap())
}

const OPEN: Decision = Decision::open(Some(Audience::Public));

#[test]
fn who_waits_is_told_and_who_asks_again_gets_the_same_answer() {
    let ((device, event), desk) = (names(), Desk::default());
    let mut first = desk.expect(&device, &event);
    assert_eq!(first.before, None);
    desk.decided(&device, &event, Some(OPEN));
    assert_eq!(first.decided.try_recv().unwrap(), Some(OPEN));
    desk.stored(&device, &event);
    first.stored.try_recv().unwrap();
    drop(first);
    let mut again = desk.expect(&device, &event);
    desk.decided(&device, &event, None);
    assert_eq!((again.before, again.decided.try_recv().unwrap()), (Some(OPEN), None));
}

#[test]
fn a_decision_is_forgotten_when_its_command_would_be_dead() {
    let (name, desk) = (names(), Desk::default());
    desk.decided(&name.0, &name.1, Some(OPEN));
    let now = Instant::now();
    assert_eq!(desk.state().before(&name, now), Some(OPEN));
    assert_eq!(desk.state().before(&name, now + LIFE), None);
}

#[test]
fn who_leaves_is_forgotten_and_a_later_one_is_not() {
    let ((device, event), desk) = (names(), Desk::default());
    let first = desk.expect(&device, &event);
    let mut second = desk.expect(&device, &event);
    drop(first);
    desk.stored(&device, &event);
    second.stored.try_recv().unwrap();
    drop(second);
    drop(desk.expect(&device, &event));
    assert!(desk.state().waiting.is_empty());
}

#[test]
fn remembering_has_a_bound() {
    let ((device, event), desk) = (names(), Desk::default());
    for _ in 0..1_000 {
        desk.decided(&device, &event, Some(OPEN));
    }
    assert_eq!(desk.state().decided.len(), MOST_REMEMBERED);
}
