//! All contestants, connected and waiting for their turn.

use std::path::Path;
use std::sync::Arc;

use domain::plate::Plate;
use serde::Serialize;
use simulator::invent::Plates;
use testkit::mosquitto::Mosquitto;
use testkit::process::{Child, Program};

use super::book::{Book, Mark};
use super::fleet::Fleet;
use super::mqtt::Client;
use super::peer::Peer;
use super::sink::Sink;
use super::site::{Garage, Gateway, broker};

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
pub enum Turn {
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
pub struct Stand {
    pub book: Book,
    bare: Fleet,
    _subscriber: Client,
    relay: Fleet,
    _relay: Child,
    /// With the garage, whose users the broker knows.
    peer_site: Garage,
    peer: Option<(Fleet, Peer)>,
    fleet: Fleet,
    pub gateway: Gateway,
    pub sink: Sink,
    pub site: Garage,
    pub broker: Mosquitto,
}

impl Stand {
    pub async fn start() -> Self {
        let book = Book::default();
        let plates: Arc<[Plate]> = Plates::new(SEED).take(PLATES).into();
        let (bare, relay, site) = (Garage::invent("bare"), Garage::invent(RELAY), Garage::invent("bench"));
        let peer_site = Garage::invent("peer");
        let broker = broker(&[&bare, &relay, &site, &peer_site]);
        let address = broker.address();
        let fleet = async |garage| Fleet::connect(address, garage, &book, plates.clone()).await;
        let heard = book.clone();
        let hear = move |_: &str, payload: &[u8]| super::mqtt::hear_events(&heard, payload);
        let sink = Sink::start(book.clone(), site.id.clone(), &plates).await;
        let stand = Self {
            bare: fleet(&bare).await,
            _subscriber: Client::connect(address, &bare.gateway, hear).await,
            relay: fleet(&relay).await,
            _relay: Program::named("bench-gateway")
                .args([RELAY.to_owned(), "--broker".to_owned(), address.to_string()])
                .env(RELAY_PASSWORD, &relay.gateway.password)
                .start(),
            peer_site,
            peer: None,
            fleet: fleet(&site).await,
            gateway: Gateway::start(address, sink.address(), &site).await,
            sink,
            site,
            broker,
            book: book.clone(),
        };
        for turn in [Turn::Bare, Turn::Relay] {
            stand.fleet(turn).until(Mark::Answered, &stand.book).await;
        }
        stand
    }

    /// Returns when an event has come through it.
    pub async fn start_peer(&mut self, program: &Path) {
        let address = self.broker.address();
        let plates = self.fleet.plates();
        let fleet = Fleet::connect(address, &self.peer_site, &self.book, plates).await;
        let peer = Peer::start(program, address, &self.peer_site, &self.book).await;
        fleet.until(Mark::Up, &self.book).await;
        self.peer = Some((fleet, peer));
    }

    pub fn stop_peer(&mut self) {
        self.peer = None;
    }

    pub fn fleet(&self, turn: Turn) -> &Fleet {
        match turn {
            Turn::Peer => &self.peer.as_ref().expect("it was started").0,
            Turn::Bare => &self.bare,
            Turn::Relay => &self.relay,
            Turn::LinkUp | Turn::LinkDown => &self.fleet,
        }
    }

    /// The gateway's link as the turn wants it.
    pub async fn link(&mut self, turn: Turn) {
        match turn {
            Turn::LinkDown => self.sink.down().await,
            Turn::LinkUp | Turn::Bare | Turn::Relay | Turn::Peer => self.sink.up().await,
        }
    }

    /// A new gateway with an empty folder in place of the one that has run.
    pub async fn renew(&mut self) {
        self.gateway.kill9();
        self.gateway = Gateway::start(self.broker.address(), self.sink.address(), &self.site).await;
    }
}

impl Turn {
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
    pub const fn answers(self, mark: Mark) -> bool {
        match self {
            Self::Bare | Self::Relay => matches!(mark, Mark::Answered),
            Self::Peer => matches!(mark, Mark::Up),
            Self::LinkUp | Self::LinkDown => true,
        }
    }
}
