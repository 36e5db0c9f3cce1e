//! One kept-alive HTTP/1.1 connection, by hand: on two cores a full client would take a good part of what it measures.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Headers and body of our answers are far shorter.
const BUFFER: usize = 16 * 1024;

pub(super) struct BenchHttpConnection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

pub(super) struct BenchHttpResponse {
    pub status: u16,
    pub body: Vec<u8>,
}

impl BenchHttpConnection {
    pub(super) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server takes connections");
        stream.set_nodelay(true).expect("a TCP option");
        Self { stream, buffer: Vec::with_capacity(BUFFER) }
    }

    /// Sends a whole request and reads its answer, whose length the server has to state.
    pub(super) async fn call(&mut self, request: &[u8]) -> BenchHttpResponse {
        self.stream.write_all(request).await.expect("the server reads");
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.expect("the server answers");
            assert!(read > 0, "the server has hung up");
            if let Some(response) = parse(&self.buffer) {
                return response;
            }
        }
    }
}

/// `None` while it is not complete.
fn parse(bytes: &[u8]) -> Option<BenchHttpResponse> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = bytes.split_at_checked(head + 4)?;
    let head = std::str::from_utf8(head).expect("headers are text");
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().expect("a status");
    let length = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().expect("a length"))
    };
    let length: usize = lines.find_map(length).unwrap_or(0);
    (body.len() >= length).then(|| BenchHttpResponse { status, body: body.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let text = b"HTTP/1.1 409 Conflict\r\nContent-Length: 5\r\nx: y\r\n\r\nhello";
        assert!(parse(&text[..text.len() - 1]).is_none());
        assert!(parse(&text[..20]).is_none());
        let response = parse(text).unwrap();
        assert_eq!((response.status, response.body.as_slice()), (409, b"hello".as_slice()));
    }
}
