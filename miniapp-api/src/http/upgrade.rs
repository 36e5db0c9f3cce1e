//! Upgrades an HTTP request to a WebSocket of the hub: checks session, origin and the limit on sockets.
//!
//! A browser cannot set headers on a WebSocket, so the session may come as a subprotocol `bearer.TOKEN` beside `arrivals.v1`
//! (subprotocols are not written to logs, unlike addresses). `wx.connectSocket` can set `Authorization`. The answer picks
//! `arrivals.v1` and never the token.

use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use protocol::people::FeedCursor;

use super::refusal::MiniappApiError;
use crate::MiniappState;
use crate::hub::{StreamRequest, StreamTarget, serve};
use crate::session::SessionToken;

const PROTOCOL: &str = "arrivals.v1";
const BEARER: &str = "bearer.";

/// Frames come from us; a phone sends only pings and pongs. With small buffers a socket takes some 3 KB.
const READ_BUFFER: usize = 1024;
const LONGEST_MESSAGE: usize = 4 * 1024;

/// Longest frame that can wait in the socket's own buffer; one arrival has some 500 bytes.
const WRITE_BUFFER: usize = 64 * 1024;

/// A request to open a WebSocket, from an allowed page, with a session.
pub(super) struct WebSocketRequest {
    upgrade: WebSocketUpgrade,
    session: SessionToken,
}

impl FromRequestParts<MiniappState> for WebSocketRequest {
    type Rejection = MiniappApiError;

    async fn from_request_parts(parts: &mut Parts, app: &MiniappState) -> Result<Self, MiniappApiError> {
        if !app.doors.allows_origin(&parts.headers) {
            return Err(MiniappApiError::new(403, "origin_refused", "Origin not allowed"));
        }
        let session = SessionToken::from_headers(&parts.headers).or_else(|| from_protocols(&parts.headers));
        let session = session.ok_or_else(MiniappApiError::unauthorized)?;
        let upgrade = WebSocketUpgrade::from_request_parts(parts, app).await;
        let upgrade = upgrade.map_err(|rejection| {
            MiniappApiError::new(
                rejection.status().as_u16(),
                "websocket_expected",
                "WebSocket upgrade required",
            )
        })?;
        Ok(Self { upgrade, session })
    }
}

impl WebSocketRequest {
    pub(super) fn connect(
        self,
        app: &MiniappState,
        door: StreamTarget,
        after: Option<FeedCursor>,
    ) -> Result<Response, MiniappApiError> {
        let place = app.hub.place(&self.session)?;
        let visit = StreamRequest { door, session: self.session, after, place };
        let (hub, counted) = (app.hub.clone(), app.hub.tasks().token());
        let upgrade = self
            .upgrade
            .protocols([PROTOCOL])
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_BUFFER)
            .max_message_size(LONGEST_MESSAGE)
            .max_frame_size(LONGEST_MESSAGE);
        Ok(upgrade.on_upgrade(move |socket| async move {
            serve(hub, socket, visit).await;
            drop(counted);
        }))
    }
}

fn from_protocols(headers: &HeaderMap) -> Option<SessionToken> {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let names =
        offered.filter_map(|value: &HeaderValue| value.to_str().ok()).flat_map(|value| value.split(','));
    names.filter_map(|name| name.trim().strip_prefix(BEARER)).find_map(SessionToken::parse)
}
