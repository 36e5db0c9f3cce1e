//! Alarms of the lanes, in memory. A restart clears them; the dead letters stay.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::DeviceId;
use domain::time::Timestamp;
use protocol::alarm::{LaneAlarm, LaneAlarmKind, MessageShape};

/// An alarm whose cause has been absent for this long ends by itself. It lasts a day, so that the next shift sees it.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// Shapes per lane; further shapes of the same device share one alarm.
const MOST_SHAPES: usize = 8;

/// Maximum characters of a detail.
const DETAIL: usize = 200;

/// Alarms by device.
#[derive(Debug, Default)]
pub(super) struct LaneAlarms(HashMap<DeviceId, Vec<LaneAlarm>>);

impl LaneAlarms {
    pub(super) fn raise(
        &mut self,
        device: &DeviceId,
        (kind, shape): (LaneAlarmKind, Option<MessageShape>),
        detail: &str,
        now: Timestamp,
    ) {
        let alarms = self.0.entry(device.clone()).or_default();
        let is_full = alarms.iter().filter(|alarm| alarm.kind == kind).count() >= MOST_SHAPES;
        let same = |alarm: &&mut LaneAlarm| {
            let same_shape = alarm.shape.as_ref().map(|known| &known.id) == shape.as_ref().map(|new| &new.id);
            alarm.kind == kind && (same_shape || is_full)
        };
        let detail: String = detail.chars().filter(|c| !c.is_control()).take(DETAIL).collect();
        if let Some(known) = alarms.iter_mut().find(same) {
            known.last_at = now;
            known.count = known.count.saturating_add(1);
            known.detail = detail;
            return;
        }
        alarms.push(LaneAlarm { kind, since: now, last_at: now, count: 1, detail, shape });
    }

    pub(super) fn end(&mut self, device: &DeviceId, kind: LaneAlarmKind) {
        if let Some(alarms) = self.0.get_mut(device) {
            alarms.retain(|alarm| alarm.kind != kind);
        }
    }

    /// Ends the alarms of shapes that an operator has marked.
    pub(super) fn end_marked(&mut self, is_marked: impl Fn(&DeviceId, &str) -> bool) {
        for (device, alarms) in &mut self.0 {
            alarms.retain(|alarm| alarm.shape.as_ref().is_none_or(|shape| !is_marked(device, &shape.id)));
        }
    }

    pub(super) fn of(&self, device: &DeviceId, now: Timestamp) -> Vec<LaneAlarm> {
        let alarms = self.0.get(device).into_iter().flatten();
        alarms.filter(|alarm| now.since(alarm.last_at) < LIFE).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(id: &str) -> Option<MessageShape> {
        Some(MessageShape { id: id.into(), summary: String::new(), resembles_reading: false })
    }

    #[test]
    fn an_alarm_counts_per_shape_and_ends_when_a_person_answers_it_or_a_day_has_passed() {
        let device = DeviceId::parse("d").unwrap();
        let (mut alarms, start) = (LaneAlarms::default(), Timestamp::from_micros(0));
        for id in ["a", "a", "b"] {
            alarms.raise(&device, (LaneAlarmKind::NotUnderstood, shape(id)), "x", start);
        }
        alarms.raise(&device, (LaneAlarmKind::DidNotOpen, None), "busy", start);
        let counts =
            |alarms: &LaneAlarms| alarms.of(&device, start).iter().map(|a| a.count).collect::<Vec<_>>();
        assert_eq!(counts(&alarms), [2, 1, 1]);
        alarms.end_marked(|_, id| id == "a");
        assert_eq!(counts(&alarms), [1, 1]);
        alarms.end(&device, LaneAlarmKind::DidNotOpen);
        assert_eq!(counts(&alarms), [1]);
        assert!(alarms.of(&device, start + LIFE).is_empty());
    }

    #[test]
    fn a_device_that_invents_shapes_fills_no_memory() {
        let device = DeviceId::parse("d").unwrap();
        let (mut alarms, start) = (LaneAlarms::default(), Timestamp::from_micros(0));
        for n in 0..1_000 {
            alarms.raise(&device, (LaneAlarmKind::NotUnderstood, shape(&n.to_string())), "x", start);
        }
        assert_eq!(alarms.of(&device, start).len(), MOST_SHAPES);
    }
}
