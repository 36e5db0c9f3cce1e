//! A phone with a WebSocket.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::people::{ClassArrival, FeedCursor, StreamFrame};
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) const SOON: Duration = testkit::wait::PATIENCE;

pub(crate) struct Phone {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Phone {
    pub(crate) async fn try_connect(address: SocketAddr, path: &str, session: &str) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/api/v1{path}").into_client_request()?;
        let protocols = HeaderValue::from_str(&format!("arrivals.v1, bearer.{session}")).unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        let (socket, answer) = connect_async(request).await?;
        assert_eq!(answer.headers()["sec-websocket-protocol"], "arrivals.v1");
        Ok(Self { socket })
    }

    pub(crate) async fn connect(address: SocketAddr, path: &str, session: &str) -> Self {
        Self::try_connect(address, path, session).await.unwrap()
    }

    /// The next frame, or the close code.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<StreamFrame<T>, u16> {
        loop {
            let message = tokio::time::timeout(SOON, self.socket.next()).await.expect("a frame in time");
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("neither a frame nor a close code: {other:?}"),
            }
        }
    }

    /// The next arrival; `live` frames in between do not matter.
    pub(crate) async fn arrival(&mut self) -> ClassArrival {
        loop {
            if let StreamFrame::Arrival(arrival) = self.next().await.expect("an arrival, not the end") {
                return arrival;
            }
        }
    }

    /// Reads until the screen is up to date; returns the arrivals and the cursor.
    pub(crate) async fn board(&mut self) -> (Vec<ClassArrival>, FeedCursor) {
        let mut arrivals = Vec::new();
        loop {
            match self.next().await.expect("a board, not the end") {
                StreamFrame::Arrival(arrival) => arrivals.push(arrival),
                StreamFrame::Live { cursor } => return (arrivals, cursor),
            }
        }
    }

    /// The close code of the connection; skips frames before it.
    pub(crate) async fn end(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next::<serde_json::Value>().await {
                return code;
            }
        }
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }
}
