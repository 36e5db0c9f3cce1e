//! One load through the system, and the outcome of each entry.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::Serialize;
use simulator::load::{EntryLoad, LoadEntry, LoadReport};
use tokio_util::sync::CancellationToken;

use super::ArrivalBenchOptions;
use super::district::ArrivalTraffic;
use super::hops::{ClockPair, LatencySamples};
use super::phones::{BenchPhones, ShownArrival};
use e2e::records;
use e2e::system::TestSystem;

/// Wait after the last entry of a round: what has not come by then is lost.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What a round has measured; latencies of the warm-up are left out, its losses are not.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "round", rename_all = "snake_case")]
pub enum ArrivalRoundOutcome {
    Bare {
        entries: usize,
        lost: usize,
        publish: LatencySamples,
        /// From the intended send to the answering command.
        round_trip: LatencySamples,
    },
    System(Box<SystemMeasurement>),
}

/// The way through the system.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SystemMeasurement {
    pub entries: usize,
    /// From the intended send to ...
    pub publish: LatencySamples,
    pub open_command: LatencySamples,
    pub ack: LatencySamples,
    pub frame: LatencySamples,
    pub hops: HopLatencies,
    pub lost: ArrivalLosses,
    pub twice: ArrivalDuplicates,
    /// Frames with a child that the car does not fetch, or on another class's phone.
    pub wrong_frames: usize,
    pub resent: u64,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct HopLatencies {
    /// From the intended send until the gateway's lane loop has the event.
    pub controller_to_gateway: LatencySamples,
    pub gateway_to_command_at_controller: LatencySamples,
    /// Commit of the outbox, and the way back.
    pub gateway_to_ack_at_controller: LatencySamples,
    /// Commit of the outbox, uplink, and the wait for a place in the server's next transaction, which begins here.
    pub gateway_to_server: LatencySamples,
    /// That transaction, the feed, the fetch for the class, and the socket.
    pub server_to_frame: LatencySamples,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ArrivalLosses {
    pub unacknowledged: usize,
    pub not_opened: usize,
    pub not_in_database: usize,
    pub arrivals: usize,
    pub frames: usize,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ArrivalDuplicates {
    pub commands: u64,
    pub events_in_database: usize,
    pub arrivals: usize,
    /// The same arrival with the same cursor on the same socket.
    pub frames: usize,
}

impl ArrivalLosses {
    pub const fn sum(self) -> usize {
        self.unacknowledged + self.not_opened + self.not_in_database + self.arrivals + self.frames
    }
}

impl ArrivalDuplicates {
    pub fn sum(self) -> usize {
        self.events_in_database
            + self.arrivals
            + self.frames
            + usize::try_from(self.commands).unwrap_or(usize::MAX)
    }
}

/// Entries meant for `warm_up` after the first one or later.
pub fn warm(report: &LoadReport, warm_up: Duration) -> impl Iterator<Item = &LoadEntry> {
    let from = report.entries.first().map(|first| first.intended + warm_up);
    report.entries.iter().filter(move |entry| from.is_some_and(|from| entry.intended >= from))
}

pub(super) async fn system(
    system: &TestSystem,
    traffic: &mut ArrivalTraffic,
    phones: &BenchPhones,
    options: &ArrivalBenchOptions,
) -> ArrivalRoundOutcome {
    let clocks = ClockPair::read();
    let load = EntryLoad {
        plates: traffic.next(options.entries()),
        per_second: f64::from(options.per_second),
        patience: PATIENCE,
    };
    let report = load.run(&traffic.lanes, &CancellationToken::new()).await;
    let of = |entry: &LoadEntry| traffic.children.get(entry.plate.as_str()).map_or(&[][..], Vec::as_slice);
    let wanted: usize = report.entries.iter().flat_map(of).map(|child| phones.of(&child.class)).sum();
    let shown = phones.take(wanted, PATIENCE).await;
    let found = RoundRecords::read(system, &shown).await;
    let mut way = SystemMeasurement {
        entries: report.entries.len(),
        resent: report.counters.resent,
        lost: ArrivalLosses { unacknowledged: report.lost() + report.refused, ..ArrivalLosses::default() },
        twice: ArrivalDuplicates {
            commands: report.duplicates(),
            frames: found.twice,
            ..ArrivalDuplicates::default()
        },
        ..SystemMeasurement::default()
    };
    let warm: HashSet<&str> = warm(&report, options.warm_up).map(|entry| entry.event_id.as_str()).collect();
    for entry in &report.entries {
        let measured = warm.contains(entry.event_id.as_str()).then_some(clocks);
        way.entry(entry, measured);
        way.stored(entry, &found, measured);
        way.shown(entry, of(entry), phones, &found, clocks, measured.is_some());
    }
    ArrivalRoundOutcome::System(Box::new(way))
}

/// Records of the database and the phones, by their key.
struct RoundRecords {
    events: HashMap<String, Vec<records::StoredEvent>>,
    arrivals: HashMap<i64, Vec<records::StoredArrival>>,
    /// Each arrival's first frame on each socket.
    frames: HashMap<String, Vec<ShownArrival>>,
    twice: usize,
}

impl RoundRecords {
    async fn read(system: &TestSystem, shown: &[ShownArrival]) -> Self {
        let store = &system.app().store;
        let mut found =
            Self { events: HashMap::new(), arrivals: HashMap::new(), frames: HashMap::new(), twice: 0 };
        for event in records::events(store).await {
            found.events.entry(event.event_id.clone()).or_default().push(event);
        }
        for arrival in records::arrivals(store).await {
            found.arrivals.entry(arrival.entry_event.unwrap_or(0)).or_default().push(arrival);
        }
        let mut known = HashSet::new();
        for frame in shown {
            match known.insert((frame.socket, frame.arrival, frame.cursor)) {
                true => found.frames.entry(frame.arrival.to_string()).or_default().push(frame.clone()),
                false => found.twice += 1,
            }
        }
        found
    }
}

impl SystemMeasurement {
    /// What the controller knows. `measured` is `None` in the warm-up.
    fn entry(&mut self, entry: &LoadEntry, measured: Option<ClockPair>) {
        self.lost.not_opened += usize::from(!entry.opened);
        let Some(clocks) = measured else { return };
        let intended = clocks.wall(entry.intended);
        let ways = [
            (&mut self.publish, entry.published),
            (&mut self.open_command, entry.commanded),
            (&mut self.ack, entry.acked),
        ];
        for (samples, at) in ways {
            at.into_iter().for_each(|at| samples.between(intended, clocks.wall(at)));
        }
    }

    /// What the database knows.
    fn stored(&mut self, entry: &LoadEntry, found: &RoundRecords, measured: Option<ClockPair>) {
        let Some([event, rest @ ..]) = found.events.get(entry.event_id.as_str()).map(Vec::as_slice) else {
            self.lost.not_in_database += 1;
            return;
        };
        self.twice.events_in_database += rest.len();
        let Some(clocks) = measured else { return };
        let HopLatencies { controller_to_gateway, gateway_to_server, .. } = &mut self.hops;
        controller_to_gateway.between(clocks.wall(entry.intended), event.received_at);
        gateway_to_server.between(event.received_at, event.stored_at);
        let back = [
            (&mut self.hops.gateway_to_command_at_controller, entry.commanded),
            (&mut self.hops.gateway_to_ack_at_controller, entry.acked),
        ];
        for (samples, at) in back {
            at.into_iter().for_each(|at| samples.between(event.received_at, clocks.wall(at)));
        }
    }

    /// What the phones know: each child on each phone of its class, once.
    fn shown(
        &mut self,
        entry: &LoadEntry,
        children: &[e2e::district::FamilyChild],
        phones: &BenchPhones,
        found: &RoundRecords,
        clocks: ClockPair,
        measured: bool,
    ) {
        let event = found.events.get(entry.event_id.as_str()).and_then(|events| events.first());
        let arrivals = event.and_then(|event| found.arrivals.get(&event.no)).map_or(&[][..], Vec::as_slice);
        self.lost.arrivals += children.len().saturating_sub(arrivals.len());
        self.twice.arrivals += arrivals.len().saturating_sub(children.len());
        let wanted: usize = children.iter().map(|child| phones.of(&child.class)).sum();
        let frames: Vec<&ShownArrival> =
            arrivals.iter().filter_map(|a| found.frames.get(&a.id)).flatten().collect();
        let phones_reached: HashSet<_> = frames.iter().map(|frame| (frame.socket, frame.arrival)).collect();
        self.lost.frames += wanted.saturating_sub(phones_reached.len());
        for frame in frames {
            let right = children.iter().any(|c| c.class == frame.class && c.name == frame.pupil);
            self.wrong_frames += usize::from(!right);
            if let (true, Some(event)) = (measured, event) {
                let at = clocks.wall(frame.at);
                self.frame.between(clocks.wall(entry.intended), at);
                self.hops.server_to_frame.between(event.stored_at, at);
            }
        }
    }
}
