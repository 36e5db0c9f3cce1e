//! All contestants, connected and waiting for their turn.

use std::path::Path;
use std::sync::Arc;

use domain::plate::Plate;
use serde::Serialize;
use simulator::invent::PlateGenerator;
use testkit::mosquitto::MosquittoBroker;
use testkit::process::{TestProcess, TestProgram};

use super::book::{EventLedger, EventMark};
use super::fleet::ControllerFleet;
use super::mqtt::BenchMqttClient;
use super::peer::PeerGateway;
use super::sink::SinkServer;
use super::site::{GatewayProcess, SiteGarage, broker};

/// Families of a large school.
const PLATES: usize = 1_000;
/// Repeats the plates, not the times.
const SEED: u64 = 7;
/// The relay's garage; the process learns its password from this variable.
pub const RELAY: &str = "relay";
pub const RELAY_PASSWORD: &str = "RELAY_PASSWORD";

/// The contestant that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayContestant {
    /// The broker alone: an event is answered when its subscriber has it.
    Bare,
    /// A rumqttc process that sends each event back at once and stores nothing.
    Relay,
    /// The gateway with its server in reach.
    LinkUp,
    /// The gateway with connections to its server refused.
    LinkDown,
    /// `thingsboard-gateway`, which stores and forwards.
    Peer,
}

/// Fields drop in this order: clients before their servers.
pub struct GatewayTestStand {
    pub book: EventLedger,
    bare: ControllerFleet,
    _subscriber: BenchMqttClient,
    relay: ControllerFleet,
    _relay: TestProcess,
    /// With the garage, whose users the broker knows.
    peer_site: SiteGarage,
    peer: Option<(ControllerFleet, PeerGateway)>,
    fleet: ControllerFleet,
    pub gateway: GatewayProcess,
    pub sink: SinkServer,
    pub site: SiteGarage,
    pub broker: MosquittoBroker,
}

impl GatewayTestStand {
    pub async fn start() -> Self {
        let book = EventLedger::default();
        let plates: Arc<[Plate]> = PlateGenerator::new(SEED).take(PLATES).into();
        let (bare, relay, site) =
            (SiteGarage::invent("bare"), SiteGarage::invent(RELAY), SiteGarage::invent("bench"));
        let peer_site = SiteGarage::invent("peer");
        let broker = broker(&[&bare, &relay, &site, &peer_site]);
        let address = broker.address();
        let fleet = async |garage| ControllerFleet::connect(address, garage, &book, plates.clone()).await;
        let heard = book.clone();
        let hear = move |_: &str, payload: &[u8]| super::mqtt::hear_events(&heard, payload);
        let sink = SinkServer::start(book.clone(), site.id.clone(), &plates).await;
        let stand = Self {
            bare: fleet(&bare).await,
            _subscriber: BenchMqttClient::connect(address, &bare.gateway, hear).await,
            relay: fleet(&relay).await,
            _relay: TestProgram::named("bench-gateway")
                .args([RELAY.to_owned(), "--broker".to_owned(), address.to_string()])
                .env(RELAY_PASSWORD, &relay.gateway.password)
                .start(),
            peer_site,
            peer: None,
            fleet: fleet(&site).await,
            gateway: GatewayProcess::start(address, sink.address(), &site).await,
            sink,
            site,
            broker,
            book: book.clone(),
        };
        for turn in [GatewayContestant::Bare, GatewayContestant::Relay] {
            stand.fleet(turn).until(EventMark::Answered, &stand.book).await;
        }
        stand
    }

    /// Returns when an event has come through it.
    pub async fn start_peer(&mut self, program: &Path) {
        let address = self.broker.address();
        let plates = self.fleet.plates();
        let fleet = ControllerFleet::connect(address, &self.peer_site, &self.book, plates).await;
        let peer = PeerGateway::start(program, address, &self.peer_site, &self.book).await;
        fleet.until(EventMark::Up, &self.book).await;
        self.peer = Some((fleet, peer));
    }

    pub fn stop_peer(&mut self) {
        self.peer = None;
    }

    pub fn fleet(&self, turn: GatewayContestant) -> &ControllerFleet {
        match turn {
            GatewayContestant::Peer => &self.peer.as_ref().expect("it was started").0,
            GatewayContestant::Bare => &self.bare,
            GatewayContestant::Relay => &self.relay,
            GatewayContestant::LinkUp | GatewayContestant::LinkDown => &self.fleet,
        }
    }

    /// The gateway's link as the turn wants it.
    pub async fn link(&mut self, turn: GatewayContestant) {
        match turn {
            GatewayContestant::LinkDown => self.sink.down().await,
            GatewayContestant::LinkUp
            | GatewayContestant::Bare
            | GatewayContestant::Relay
            | GatewayContestant::Peer => self.sink.up().await,
        }
    }

    /// A new gateway with an empty folder in place of the one that has run.
    pub async fn renew(&mut self) {
        self.gateway.kill9();
        self.gateway = GatewayProcess::start(self.broker.address(), self.sink.address(), &self.site).await;
    }
}

impl GatewayContestant {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare broker",
            Self::Relay => "relay, no disk",
            Self::LinkUp => "gateway, link up",
            Self::LinkDown => "gateway, link down",
            Self::Peer => "thingsboard",
        }
    }

    pub const fn is_gateway(self) -> bool {
        matches!(self, Self::LinkUp | Self::LinkDown)
    }

    /// Whether what came back is of use to this turn.
    pub const fn answers(self, mark: EventMark) -> bool {
        match self {
            Self::Bare | Self::Relay => matches!(mark, EventMark::Answered),
            Self::Peer => matches!(mark, EventMark::Up),
            Self::LinkUp | Self::LinkDown => true,
        }
    }
}
