//! One embedded file with its content type and its entity tag.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

/// A file of `assets/`, embedded in the binary.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedAsset {
    pub name: &'static str,
    pub body: &'static [u8],
}

/// Embeds `assets/NAME`.
macro_rules! asset {
    ($name:literal) => {
        crate::asset::EmbeddedAsset { name: $name, body: include_bytes!(concat!("../assets/", $name)) }
    };
}
pub(crate) use asset;

impl EmbeddedAsset {
    /// Content type by the extension of the name. The browser never guesses an unlisted type (`nosniff`).
    pub fn content_type(&self) -> &'static str {
        match self.name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }

    pub fn is_page(&self) -> bool {
        self.name.ends_with(".html")
    }

    /// A strong entity tag: equal bytes have the same tag in every replica and after every restart.
    pub fn etag(&self) -> String {
        let hash = digest(&SHA256, self.body);
        let short: Vec<u8> = hash.as_ref().iter().copied().take(16).collect();
        format!("\"{}\"", URL_SAFE_NO_PAD.encode(short))
    }
}
