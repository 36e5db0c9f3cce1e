//! One WebSocket with its deadlines: a write that takes too long and a silence that lasts too long both end it.

use std::time::Instant;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use metrics::counter;

use super::ending::StreamCloseReason;
use super::limits::SocketLimits;

pub(super) struct PhoneSocket {
    socket: WebSocket,
    limits: SocketLimits,
    heard: Instant,
    messages: u32,
}

impl PhoneSocket {
    pub(super) fn new(socket: WebSocket, limits: SocketLimits) -> Self {
        Self { socket, limits, heard: Instant::now(), messages: 0 }
    }

    pub(super) async fn send(&mut self, text: Utf8Bytes) -> Result<(), StreamCloseReason> {
        self.write(Message::Text(text)).await?;
        counter!("ws_frames_total").increment(1);
        Ok(())
    }

    async fn write(&mut self, message: Message) -> Result<(), StreamCloseReason> {
        match tokio::time::timeout(self.limits.send_within, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(StreamCloseReason::Gone),
            Err(_) => Err(StreamCloseReason::TooSlow),
        }
    }

    /// Waits for any message from the phone. The content is ignored; a message only proves that the phone is connected.
    pub(super) async fn listen(&mut self) -> Result<(), StreamCloseReason> {
        let message = self.socket.recv().await;
        self.heard = Instant::now();
        match message {
            None | Some(Err(_) | Ok(Message::Close(_))) => return Err(StreamCloseReason::Gone),
            Some(Ok(Message::Pong(_))) => {}
            Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Ping(_))) => self.messages += 1,
        }
        if self.messages > self.limits.messages_per_ping { Err(StreamCloseReason::Flood) } else { Ok(()) }
    }

    /// Checks when the phone was last seen, then sends a ping.
    pub(super) async fn ping(&mut self) -> Result<(), StreamCloseReason> {
        if self.heard.elapsed() > self.limits.silent_for {
            return Err(StreamCloseReason::Gone);
        }
        self.messages = 0;
        self.write(Message::Ping(axum::body::Bytes::new())).await
    }

    /// Sends the close frame if it can reach the phone, and waits for the phone's own close: a connection that is dropped with
    /// unread bytes is reset, and the reset can overtake our close frame.
    pub(super) async fn close(mut self, ending: StreamCloseReason) {
        counter!("ws_endings_total", "why" => ending.label()).increment(1);
        let Some(frame) = ending.frame() else { return };
        let goodbye = async {
            if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        if tokio::time::timeout(self.limits.close_within, goodbye).await.is_err() {
            tracing::debug!(why = ending.label(), "phone did not answer the close frame");
        }
    }
}
