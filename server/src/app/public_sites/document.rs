//! Bytes served unchanged, with their tag, and compressed if that makes them smaller.

use std::io::Write;

use axum::body::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::app::etag;

/// Shorter documents fit into one packet uncompressed.
const WORTH_COMPRESSING: usize = 1_200;

/// JSON in two encodings. The tag is weak: it identifies the content in either encoding.
#[derive(Debug, Clone)]
pub struct FeedDocument {
    pub etag: String,
    pub json: Bytes,
    /// `None` where compression is not worth it.
    pub gzip: Option<Bytes>,
}

impl FeedDocument {
    pub fn new(json: Vec<u8>) -> Self {
        let gzip = (json.len() >= WORTH_COMPRESSING).then(|| compressed(&json)).flatten();
        Self { etag: etag::weak_of(&json), json: json.into(), gzip: gzip.map(Bytes::from) }
    }
}

/// Writing into memory does not fail.
fn compressed(json: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(json.len() / 8), Compression::default());
    encoder.write_all(json).ok()?;
    encoder.finish().ok().filter(|gzip| gzip.len() < json.len())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn both_encodings_say_the_same() {
        let json = format!("[{}0]", "1,".repeat(2000)).into_bytes();
        let document = FeedDocument::new(json.clone());
        let mut back = Vec::new();
        GzDecoder::new(document.gzip.as_deref().unwrap()).read_to_end(&mut back).unwrap();
        assert_eq!(back, json);
        assert_eq!(document.json, json);
        assert!(FeedDocument::new(b"[]".to_vec()).gzip.is_none());
    }
}
