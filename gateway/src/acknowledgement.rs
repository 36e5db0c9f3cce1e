//! Acknowledges stored events to their controllers, many event ids in one MQTT message.
//!
//! A lost acknowledgement is not resent from here. The controller resends its event and receives the acknowledgement
//! then.

use std::collections::{BTreeMap, HashSet};

use domain::ids::DeviceId;
use protocol::mqtt::{EventAck, MqttTopic, VERSION};
use tokio::sync::mpsc;

use crate::driver::PendingReplies;
use crate::metric::GatewayMetrics;
use crate::mqtt::{BrokerPublisher, MqttRetention};
use crate::outbox::entry::OutboxReply;

/// Acknowledgements in one message: at most some 16 KiB, which small controllers can hold.
const PER_MESSAGE: usize = 64;
/// Acknowledgements received together before they are grouped by device.
const AT_ONCE: usize = 512;

/// Runs until every sender is dropped.
///
/// For the devices in `posting`, completes the pending HTTP request instead of publishing.
pub(crate) async fn run(
    mut answers: mpsc::Receiver<(DeviceId, OutboxReply)>,
    (posting, desk): (HashSet<DeviceId>, PendingReplies),
    broker: BrokerPublisher,
    meter: GatewayMetrics,
) {
    let mut waiting = Vec::with_capacity(AT_ONCE);
    while answers.recv_many(&mut waiting, AT_ONCE).await > 0 {
        let (here, published): (Vec<_>, Vec<_>) =
            waiting.drain(..).partition(|(device, _)| posting.contains(device));
        for (device, answer) in here {
            match answer {
                OutboxReply::Stored(event) => desk.stored(&device, &event),
                OutboxReply::Merged(events) => events.iter().for_each(|event| desk.stored(&device, event)),
                OutboxReply::Rejected(_) | OutboxReply::None => {}
            }
        }
        for (device, ack) in by_device(published.into_iter()) {
            let Ok(payload) = serde_json::to_vec(&ack) else { continue };
            let topic = MqttTopic::Ack(meter.garage().clone(), device).to_string();
            if broker.publish(topic, MqttRetention::Transient, payload).await.is_err() {
                meter.publish_dropped("ack");
            }
        }
    }
}

fn by_device(answers: impl Iterator<Item = (DeviceId, OutboxReply)>) -> Vec<(DeviceId, EventAck)> {
    let mut devices: BTreeMap<DeviceId, Vec<EventAck>> = BTreeMap::new();
    for (device, answer) in
        answers.flat_map(|(device, answer)| each(answer).map(move |one| (device.clone(), one)))
    {
        let acks = devices.entry(device).or_default();
        let full = |ack: &EventAck| ack.event_ids.len() + ack.rejected.len() >= PER_MESSAGE;
        if acks.last().is_none_or(full) {
            acks.push(EventAck { v: VERSION, event_ids: Vec::new(), rejected: Vec::new() });
        }
        let Some(ack) = acks.last_mut() else { continue };
        match answer {
            OutboxReply::Stored(event) => ack.event_ids.push(event),
            OutboxReply::Rejected(event) => ack.rejected.push(event),
            OutboxReply::Merged(_) | OutboxReply::None => {}
        }
    }
    devices
        .into_iter()
        .flat_map(|(device, acks)| acks.into_iter().map(move |ack| (device.clone(), ack)))
        .collect()
}

/// A reply of merged reports as one reply for each of them.
fn each(answer: OutboxReply) -> impl Iterator<Item = OutboxReply> {
    match answer {
        OutboxReply::Merged(events) => {
            events.into_iter().map(OutboxReply::Stored).collect::<Vec<_>>().into_iter()
        }
        one @ (OutboxReply::Stored(_) | OutboxReply::Rejected(_) | OutboxReply::None) => {
            vec![one].into_iter()
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::EventId;

    use super::*;

    #[test]
    fn each_device_gets_its_own_and_no_message_is_too_long() {
        let answers = (0..200).map(|i| {
            let device = DeviceId::parse(if i % 2 == 0 { "a" } else { "b" }).unwrap();
            (device, OutboxReply::Stored(EventId::parse(&i.to_string()).unwrap()))
        });
        let acks = by_device(answers);
        assert!(acks.iter().all(|(_, ack)| ack.event_ids.len() <= 64));
        let of_a: usize =
            acks.iter().filter(|(d, _)| d.as_str() == "a").map(|(_, ack)| ack.event_ids.len()).sum();
        assert_eq!((acks.len(), of_a), (4, 100));
    }

    #[test]
    fn merged_reports_are_acknowledged_one_by_one() {
        let ids: Vec<EventId> = (0..100).map(|i| EventId::parse(&i.to_string()).unwrap()).collect();
        let merged = (DeviceId::parse("a").unwrap(), OutboxReply::Merged(ids.clone()));
        let acks = by_device(std::iter::once(merged));
        assert_eq!(acks.iter().flat_map(|(_, ack)| ack.event_ids.clone()).collect::<Vec<_>>(), ids);
        assert_eq!(acks.len(), 2);
    }
}
