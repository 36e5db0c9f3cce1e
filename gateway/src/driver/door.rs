//! The address where devices post. Who one is is told by the address from which it comes, which its lane's configuration names;
//! whatever its message says of itself is only compared.
//!
//! The answer is sent as soon as the decision is made and, where that is quick, after the event is on disk, because it makes the device
//! forget the event. What the device had kept is only acknowledged once it is on disk.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::access::Decision;
use domain::time::{Clock, Timestamp};
use protocol::mqtt::{ControllerEvent, RejectCode};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::last::LastCar;
use super::opener::{Opener, Openers};
use super::translate::{self, Asks, Said};
use super::{Desk, FromDevice, Notice};
use crate::config::{Config, Lane, Make, Posting};
use crate::event::Refusal;
use crate::metric::Meter;

/// A reading with two pictures, which nobody looks at.
const LARGEST: usize = 8 * 1024 * 1024;

/// For a decision, made in memory. After it the device is told to come again.
const DECIDE: Duration = Duration::from_secs(1);

/// For the disk, while a car waits for its answer. After it the barrier opens all the same.
const STORE_LIVE: Duration = Duration::from_millis(200);

/// For the disk, when nobody waits.
const STORE_KEPT: Duration = Duration::from_secs(5);

/// What requests share; clones are cheap.
#[derive(Clone)]
pub(crate) struct Door(Arc<Parts>);

struct Parts {
    places: HashMap<IpAddr, Place>,
    desk: Desk,
    lanes: mpsc::Sender<FromDevice>,
    clock: Arc<dyn Clock>,
    meter: Meter,
}

struct Place {
    lane: Lane,
    posting: Posting,
    last: LastCar,
    /// Where the answer cannot open.
    opener: Option<Arc<Opener>>,
}

impl Door {
    pub fn new(
        (config, openers): (&Config, &Openers),
        (desk, lanes): (Desk, mpsc::Sender<FromDevice>),
        clock: Arc<dyn Clock>,
        meter: Meter,
    ) -> Self {
        let place = |lane: &Lane| match &lane.make {
            Make::Native | Make::Publishing(_) => None,
            Make::Posting(posting) => {
                let opener = openers.get(&lane.id).cloned();
                let (lane, posting) = (lane.clone(), posting.clone());
                Some((posting.address, Place { lane, posting, last: LastCar::default(), opener }))
            }
        };
        let places = config.lanes.iter().filter_map(place).collect();
        Self(Arc::new(Parts { places, desk, lanes, clock, meter }))
    }

    pub fn router(self) -> Router {
        // Whatever path was entered in the device.
        let routes = Router::new().route("/", post(posted)).route("/{*path}", post(posted));
        routes.layer(DefaultBodyLimit::max(LARGEST)).with_state(self)
    }
}

async fn posted(
    State(Door(parts)): State<Door>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    uri: Uri,
    body: Bytes,
) -> Response {
    let at = Instant::now();
    let Some(place) = parts.places.get(&peer.ip().to_canonical()) else {
        parts.meter.device_refused("stranger");
        tracing::warn!(garage.id = %parts.meter.garage(), %peer, "somebody who is no device of a lane has posted something");
        return StatusCode::FORBIDDEN.into_response();
    };
    let now = parts.clock.now();
    let name = format!("{:x}", now.micros());
    let message = match translate::read(&place.posting, uri.path(), &body, &name) {
        Ok(message) => message,
        Err(unreadable) => {
            parts.refuse(place, RejectCode::NotJson, &unreadable.to_string(), &body).await;
            return place.heard();
        }
    };
    if let (Some(wanted), Some(given)) = (&place.posting.serial, &message.serial)
        && wanted != given
    {
        let detail = format!("the device at this lane's address says that it is `{given}`");
        parts.refuse(place, RejectCode::UnknownDevice, &detail, &body).await;
        return place.heard();
    }
    let notice = Notice::of(&message, now);
    if !notice.is_empty() {
        parts.send(FromDevice::Noticed { lane: place.lane.clone(), notice }).await;
    }
    let mut answer = place.heard();
    for told in &message.told {
        let last = place.last.event();
        let said = match translate::said(told, place.posting.inputs, last.as_ref(), now).checked(
            &place.lane.device,
            &body,
            now,
        ) {
            Ok(said) => said,
            Err(refusal) => {
                parts.send(FromDevice::Refused(*refusal)).await;
                continue;
            }
        };
        answer = match said {
            Said::Car(event, asks) => parts.car(place, event, asks, (at, now)).await,
            Said::Signal(event) => parts.signal(place, event, at).await,
            Said::Status(status) => {
                parts.send(FromDevice::Status { lane: place.lane.clone(), status }).await;
                place.heard()
            }
            Said::Other(what) => {
                parts.meter.device_said(what);
                place.heard()
            }
        };
    }
    answer
}

impl Parts {
    async fn car(
        &self,
        place: &Place,
        event: ControllerEvent,
        asks: Asks,
        (at, now): (Instant, Timestamp),
    ) -> Response {
        let event = place.last.named(event, asks.live, at);
        let mut expected = self.desk.expect(&place.lane.device, &event.event_id);
        if !self.send(FromDevice::Event { lane: place.lane.clone(), event, at }).await {
            return again();
        }
        let Ok(Ok(decision)) = timeout(DECIDE, &mut expected.decided).await else { return again() };
        if asks.live && decision.is_some_and(Decision::opens) {
            place.last.let_in();
            self.open(place);
        }
        let store = if asks.live { STORE_LIVE } else { STORE_KEPT };
        let stored = matches!(timeout(store, &mut expected.stored).await, Ok(Ok(())));
        if !stored {
            self.meter.device_unstored();
            if !asks.live {
                return again();
            }
        }
        place.reply(decision.or(expected.before), asks, now)
    }

    /// In a task of its own: the device may answer its own post's answer first.
    fn open(&self, place: &Place) {
        let Some(opener) = place.opener.clone() else { return };
        let (meter, lane) = (self.meter.clone(), place.lane.id.clone());
        tokio::spawn(async move {
            if let Err(error) = opener.open().await {
                meter.device_unopened();
                tracing::warn!(garage.id = %meter.garage(), lane.id = %lane, %error, "a device was asked to open and may not have done so");
            }
        });
    }

    /// Nobody waits for an answer: the device is told when it is on disk.
    async fn signal(&self, place: &Place, event: ControllerEvent, at: Instant) -> Response {
        let mut expected = self.desk.expect(&place.lane.device, &event.event_id);
        if !self.send(FromDevice::Event { lane: place.lane.clone(), event, at }).await {
            return again();
        }
        match timeout(STORE_KEPT, &mut expected.stored).await {
            Ok(Ok(())) => place.heard(),
            _ => again(),
        }
    }

    async fn refuse(&self, place: &Place, code: RejectCode, detail: &str, body: &[u8]) {
        let refusal = Refusal::of_device(place.lane.device.clone(), code, detail, body);
        self.send(FromDevice::Refused(refusal)).await;
    }

    /// False if the lane loop does not take it in time.
    async fn send(&self, said: FromDevice) -> bool {
        matches!(timeout(DECIDE, self.lanes.send(said)).await, Ok(Ok(())))
    }
}

/// It has not arrived: the device sends it again.
fn again() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

impl Place {
    fn heard(&self) -> Response {
        axum::Json(translate::heard(self.posting.dialect)).into_response()
    }

    fn reply(&self, decision: Option<Decision>, asks: Asks, now: Timestamp) -> Response {
        let (dialect, direction) = (self.posting.dialect, self.lane.direction);
        axum::Json(translate::reply(dialect, decision, asks, direction, now)).into_response()
    }
}
