use domain::access::Audience;

use super::*;

fn names() -> PendingReplyKey {
    (DeviceId::parse("b1-in").unwrap(), EventId::parse("zhenshi:1").unwrap())
}

const OPEN: AccessDecision = AccessDecision::open(Some(Audience::Public));

#[test]
fn a_request_gets_its_decision_and_its_commit() {
    let ((device, event), desk) = (names(), PendingReplies::default());
    let mut first = desk.expect(&device, &event);
    desk.decided(&device, &event, Some(OPEN));
    assert_eq!(first.decided.try_recv().unwrap(), Some(OPEN));
    desk.stored(&device, &event);
    first.stored.try_recv().unwrap();
}

#[test]
fn a_request_that_ends_is_forgotten_and_a_later_one_is_not() {
    let ((device, event), desk) = (names(), PendingReplies::default());
    let first = desk.expect(&device, &event);
    let mut second = desk.expect(&device, &event);
    drop(first);
    desk.stored(&device, &event);
    second.stored.try_recv().unwrap();
    drop(second);
    drop(desk.expect(&device, &event));
    assert!(desk.state().is_empty());
}
