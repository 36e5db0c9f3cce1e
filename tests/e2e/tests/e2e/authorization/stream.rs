//! A WebSocket as a response: its frames until it is up to date, or the reason for its end.

use futures_util::StreamExt;
use testkit::authorization::call::{MatrixIdentity, MatrixReply};
use testkit::wait::PATIENCE;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};

/// `url` is that of HTTP.
pub(super) async fn read(url: &str, identity: &MatrixIdentity) -> MatrixReply {
    let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("arrivals.v1"));
    for (name, value) in &identity.headers {
        request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    let mut socket = match connect_async(request).await {
        Ok((socket, _)) => socket,
        Err(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            return MatrixReply::new(response.status().as_u16(), &[], &String::from_utf8_lossy(body));
        }
        Err(other) => panic!("{url}: {other}"),
    };
    let mut frames = String::new();
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await.expect("a frame in time");
        match message {
            Some(Ok(Message::Text(text))) => {
                frames.push_str(&text);
                if text.contains(r#""type":"live""#) {
                    return MatrixReply::new(200, &[], &frames);
                }
            }
            Some(Ok(Message::Close(Some(end)))) => {
                frames.push_str(&end.reason);
                return MatrixReply::new(status(end.code.into()), &[], &frames);
            }
            Some(Ok(_)) => {}
            other => panic!("{url}: neither a frame nor a close code: {other:?}"),
        }
    }
}

/// The HTTP status with the meaning of a close code.
fn status(code: u16) -> u16 {
    match code {
        4401 => 401,
        4403 => 403,
        other => panic!("close code {other}"),
    }
}
