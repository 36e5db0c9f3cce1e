//! A device that opens its barrier when it is asked to by somebody who can answer its challenge.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

const CHALLENGE: &str = r#"Digest realm="IP Camera", qop="auth", nonce="4e6f6e6365", algorithm=MD5"#;

/// Requests that were let in: method, path with query, body.
type Asked = Arc<Mutex<Vec<(String, String, String)>>>;

pub struct Barrier {
    pub address: SocketAddr,
    asked: Asked,
}

impl Barrier {
    pub async fn start() -> Self {
        let asked = Asked::default();
        let router = Router::new().fallback(answer).with_state(asked.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, asked }
    }

    pub fn asked(&self) -> Vec<(String, String, String)> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(
    State(asked): State<Asked>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let wanted =
        [r#"username="admin""#, r#"nonce="4e6f6e6365""#, &format!(r#"uri="{uri}""#), "response=", "cnonce="];
    if !authorization
        .is_some_and(|given| given.starts_with("Digest ") && wanted.iter().all(|part| given.contains(part)))
    {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, CHALLENGE)]).into_response();
    }
    asked.lock().unwrap().push((method.to_string(), uri.to_string(), body));
    StatusCode::OK.into_response()
}
