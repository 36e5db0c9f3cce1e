//! One embedded file with its content type and its entity tag.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};

/// Files that every page can load: both routers serve them.
#[derive(RustEmbed)]
#[folder = "assets/kit"]
struct KitFolder;

#[derive(RustEmbed)]
#[folder = "assets/people"]
struct PeopleFolder;

#[derive(RustEmbed)]
#[folder = "assets/operator"]
struct OperatorFolder;

/// A file of a folder below `assets/`, embedded in the binary.
pub(crate) struct EmbeddedAsset {
    pub name: Cow<'static, str>,
    file: EmbeddedFile,
}

pub(crate) fn people_assets() -> Vec<EmbeddedAsset> {
    assets::<KitFolder>().chain(assets::<PeopleFolder>()).collect()
}

pub(crate) fn operator_assets() -> Vec<EmbeddedAsset> {
    assets::<KitFolder>().chain(assets::<OperatorFolder>()).collect()
}

fn assets<Folder: RustEmbed>() -> impl Iterator<Item = EmbeddedAsset> {
    Folder::iter().filter_map(|name| Folder::get(&name).map(|file| EmbeddedAsset { name, file }))
}

impl EmbeddedAsset {
    pub(crate) fn body(&self) -> &Cow<'static, [u8]> {
        &self.file.data
    }

    /// A page at the path of its name (`index.html` at `/`, `operator-week.html` at `/operator/week`), another file at
    /// `/assets/NAME`.
    pub(crate) fn path(&self) -> String {
        match self.name.strip_suffix(".html") {
            Some("index") => "/".to_owned(),
            Some(page) => format!("/{}", page.replace('-', "/")),
            None => format!("/assets/{}", self.name),
        }
    }

    /// Content type by the extension of the name. The browser never guesses an unlisted type (`nosniff`).
    pub(crate) fn content_type(&self) -> &'static str {
        match self.name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }

    pub(crate) fn is_page(&self) -> bool {
        self.name.ends_with(".html")
    }

    /// A strong entity tag: equal bytes have the same tag in every replica and after every restart.
    pub(crate) fn etag(&self) -> String {
        let hash = self.file.metadata.sha256_hash();
        let short: Vec<u8> = hash.into_iter().take(16).collect();
        format!("\"{}\"", URL_SAFE_NO_PAD.encode(short))
    }
}
