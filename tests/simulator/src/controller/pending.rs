//! Pending results of an event for the caller of a [`ControllerHandle`](super::ControllerHandle), with the instants that the benches measure.

use std::time::Instant;

use domain::ids::EventId;
use protocol::mqtt::{ControllerCommand, RejectedEvent};
use tokio::sync::oneshot;

/// A published plate event. A receiver fails when the answer can no longer come: the controller stopped or
/// has forgotten the event.
#[derive(Debug)]
pub struct PendingEvent {
    pub event_id: EventId,
    pub decided: oneshot::Receiver<FirstCommand>,
    pub acked: oneshot::Receiver<EventAckReceipt>,
}

/// A published pass event; no command answers it.
#[derive(Debug)]
pub struct PendingPass {
    pub event_id: EventId,
    pub acked: oneshot::Receiver<EventAckReceipt>,
}

/// The controller's action on a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandAction {
    Opened,
    /// Only the display changed.
    Shown,
    /// Its barrier has been opened for this event before.
    Repeated,
    /// It came later than its time to live.
    Expired,
    /// It names no event that this controller remembers.
    Unknown,
}

/// The first command for an event.
#[derive(Debug)]
pub struct FirstCommand {
    pub command: ControllerCommand,
    /// The controller's action on it.
    pub action: CommandAction,
    /// When the event was first handed to the MQTT client.
    pub published: Option<Instant>,
    pub at: Instant,
}

/// The gateway's acknowledgement: the event may be deleted.
#[derive(Debug)]
pub struct EventAckReceipt {
    pub outcome: AckOutcome,
    /// When the event was first handed to the MQTT client.
    pub published: Option<Instant>,
    pub at: Instant,
    /// How often it was published; 1 when nothing went wrong.
    pub sent: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub enum AckOutcome {
    /// On the gateway's disk.
    Stored,
    /// A dead letter at the gateway.
    Rejected(RejectedEvent),
}
