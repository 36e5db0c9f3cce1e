//! The barrier of one lane: it opens at most once for an event, and only within the command's time to live
//! (invariant 6).
//!
//! It opens only for events of this controller and for remote openings by a person, and remembers as many of them as the store
//! keeps. The oldest is forgotten first, so that a command for a car of long ago opens nothing.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use domain::ids::EventId;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerCommand, ControllerCommandKind};
use tokio::sync::oneshot;

use super::pending::{CommandAction, FirstCommand};

#[derive(Debug)]
struct BarrierCar {
    waiter: Option<oneshot::Sender<FirstCommand>>,
    opened: bool,
}

/// Result of processing a command.
#[derive(Debug)]
pub(super) struct TakenCommand {
    pub action: CommandAction,
    /// An earlier command had answered the same event.
    pub again: bool,
    pub waiter: Option<oneshot::Sender<FirstCommand>>,
}

#[derive(Debug)]
pub(super) struct BarrierModel {
    capacity: usize,
    cars: HashMap<EventId, BarrierCar>,
    order: VecDeque<EventId>,
    passes: VecDeque<(Instant, EventId)>,
}

impl BarrierModel {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, cars: HashMap::new(), order: VecDeque::new(), passes: VecDeque::new() }
    }

    /// Registers an event: the next command for `event` is for this car.
    pub(super) fn expect(&mut self, event: EventId, waiter: oneshot::Sender<FirstCommand>) {
        self.remember(event, BarrierCar { waiter: Some(waiter), opened: false });
    }

    /// A remote opening by a person: it answers no event and is remembered like one.
    fn ordered(&mut self, command: &ControllerCommand, now: Timestamp) -> TakenCommand {
        let mut car = BarrierCar { waiter: None, opened: false };
        let action = car.act(command, now);
        self.remember(command.event_id.clone(), car);
        TakenCommand { action, again: false, waiter: None }
    }

    fn remember(&mut self, event: EventId, car: BarrierCar) {
        while self.order.len() >= self.capacity {
            if let Some(oldest) = self.order.pop_front() {
                self.cars.remove(&oldest);
            }
        }
        self.order.push_back(event.clone());
        self.cars.insert(event, car);
    }

    /// Processes a command. `now` is the controller's clock.
    pub(super) fn take(&mut self, command: &ControllerCommand, now: Timestamp) -> TakenCommand {
        if command.order.is_some() && !self.cars.contains_key(&command.event_id) {
            return self.ordered(command, now);
        }
        let Some(car) = self.cars.get_mut(&command.event_id) else {
            return TakenCommand { action: CommandAction::Unknown, again: false, waiter: None };
        };
        let action = car.act(command, now);
        let waiter = car.waiter.take();
        TakenCommand { action, again: waiter.is_none(), waiter }
    }

    /// The opened barrier's car will be over the loop at `at`.
    pub(super) fn will_pass(&mut self, at: Instant, event: EventId) {
        if self.passes.len() < self.capacity {
            self.passes.push_back((at, event));
        }
    }

    /// The next car that has gone over the loop by `now`.
    pub(super) fn passed(&mut self, now: Instant) -> Option<EventId> {
        let place = self.passes.iter().position(|(at, _)| *at <= now)?;
        self.passes.remove(place).map(|(_, event)| event)
    }

    pub(super) fn next_pass(&self) -> Option<Instant> {
        self.passes.iter().map(|(at, _)| *at).min()
    }
}

impl BarrierCar {
    fn act(&mut self, command: &ControllerCommand, now: Timestamp) -> CommandAction {
        if now.since(command.issued_at) > Duration::from_millis(u64::from(command.ttl_ms)) {
            return CommandAction::Expired;
        }
        match command.command {
            ControllerCommandKind::Show => CommandAction::Shown,
            ControllerCommandKind::Open if self.opened => CommandAction::Repeated,
            ControllerCommandKind::Open => {
                self.opened = true;
                CommandAction::Opened
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use domain::access::{AccessDecision, Audience};
    use protocol::mqtt::{DisplayContent, OPEN_TTL_MS, VERSION};

    use super::*;

    const ISSUED: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
    const TTL: Duration = Duration::from_millis(OPEN_TTL_MS as u64);

    fn id(text: &str) -> EventId {
        EventId::parse(text).unwrap()
    }

    fn open(event: &str) -> ControllerCommand {
        ControllerCommand {
            v: VERSION,
            command_id: "c1".to_owned(),
            event_id: id(event),
            order: None,
            command: ControllerCommandKind::Open,
            issued_at: ISSUED,
            ttl_ms: OPEN_TTL_MS,
            decision: AccessDecision::open(Some(Audience::Pickup)),
            display: DisplayContent { plate: String::new(), text: String::new() },
        }
    }

    fn barrier(capacity: usize, events: &[&str]) -> BarrierModel {
        let mut barrier = BarrierModel::new(capacity);
        for event in events {
            barrier.expect(id(event), oneshot::channel().0);
        }
        barrier
    }

    #[test]
    fn a_second_open_for_the_same_event_is_ignored() {
        let mut barrier = barrier(10, &["a"]);
        let first = barrier.take(&open("a"), ISSUED);
        assert_eq!((first.action, first.again), (CommandAction::Opened, false));
        let second = barrier.take(&open("a"), ISSUED);
        assert_eq!((second.action, second.again), (CommandAction::Repeated, true));
    }

    #[test]
    fn an_open_past_its_time_to_live_is_ignored() {
        let mut barrier = barrier(10, &["a", "b"]);
        assert_eq!(barrier.take(&open("a"), ISSUED + TTL).action, CommandAction::Opened);
        assert_eq!(
            barrier.take(&open("b"), ISSUED + TTL + Duration::from_millis(1)).action,
            CommandAction::Expired
        );
    }

    #[test]
    fn a_persons_order_opens_once_and_within_its_life() {
        let order = |name: &str| ControllerCommand { order: Some(uuid::Uuid::nil()), ..open(name) };
        let mut barrier = barrier(10, &[]);
        assert_eq!(barrier.take(&order("order:a"), ISSUED).action, CommandAction::Opened);
        assert_eq!(barrier.take(&order("order:a"), ISSUED).action, CommandAction::Repeated);
        assert_eq!(
            barrier.take(&order("order:b"), ISSUED + TTL + Duration::from_millis(1)).action,
            CommandAction::Expired
        );
    }

    #[test]
    fn it_opens_for_no_event_but_its_own() {
        let mut barrier = barrier(2, &["long-ago", "a", "b"]);
        assert_eq!(barrier.take(&open("long-ago"), ISSUED).action, CommandAction::Unknown);
        assert_eq!(barrier.take(&open("elsewhere"), ISSUED).action, CommandAction::Unknown);
        assert_eq!(barrier.take(&open("a"), ISSUED).action, CommandAction::Opened);
    }
}
