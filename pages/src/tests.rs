//! What a browser sees of the files: types, tags, policy, and that a page asks for nothing that is not served.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use crate::{KIT, OPERATOR, OPERATOR_PAGES, PEOPLE, PEOPLE_PAGES};

#[test]
fn every_file_has_a_known_type() {
    for asset in [KIT, PEOPLE, OPERATOR].concat() {
        assert_ne!(asset.content_type(), "application/octet-stream", "{}", asset.name);
    }
    for (path, page) in [PEOPLE_PAGES, OPERATOR_PAGES].concat() {
        assert!(path.starts_with('/') && page.is_page(), "{path}");
    }
}
