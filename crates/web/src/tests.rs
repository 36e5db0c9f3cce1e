//! The files as a browser receives them: types, tags, policy, and that a page requests only files that are served.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use tower::ServiceExt;

use crate::asset::{EmbeddedAsset, operator_assets, people_assets};
use crate::{operator_router, people_router};

const PEOPLE_PAGES: [&str; 7] = ["/", "/book", "/gate", "/hall", "/parent", "/reservations", "/teacher"];
const OPERATOR_PAGES: [&str; 5] =
    ["/operator", "/operator/calendar", "/operator/day", "/operator/week", "/spaces"];

fn text(asset: &EmbeddedAsset) -> &str {
    std::str::from_utf8(asset.body()).unwrap()
}

async fn get(router: Router, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).unwrap().to_str().unwrap()
}

/// Names of the files that the text loads: `"/assets/NAME"` in a page, `"./NAME"` in a module.
fn loads(asset: &EmbeddedAsset) -> Vec<&str> {
    let quoted = text(asset).split('"').skip(1).step_by(2);
    quoted.filter_map(|word| word.strip_prefix("/assets/").or_else(|| word.strip_prefix("./"))).collect()
}

fn names(assets: &[EmbeddedAsset]) -> BTreeSet<&str> {
    assets.iter().map(|asset| asset.name.as_ref()).collect()
}

/// What the pages of `assets` load, and what that loads in turn, with the pages.
fn reachable(assets: &[EmbeddedAsset]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> =
        assets.iter().filter(|asset| asset.is_page()).map(|page| page.name.as_ref()).collect();
    while let Some(name) = open.pop() {
        let asset = assets.iter().find(|asset| asset.name == name);
        if found.insert(name) {
            open.extend(asset.map(loads).unwrap_or_else(|| panic!("{name} is loaded and not served")));
        }
    }
    found
}

#[test]
fn every_file_has_a_known_type() {
    for asset in people_assets().into_iter().chain(operator_assets()) {
        assert_ne!(asset.content_type(), "application/octet-stream", "{}", asset.name);
    }
}

#[test]
fn the_pages_are_at_their_paths_and_there_is_no_other() {
    for (assets, expected) in
        [(people_assets(), PEOPLE_PAGES.as_slice()), (operator_assets(), OPERATOR_PAGES.as_slice())]
    {
        let pages: BTreeSet<String> =
            assets.iter().filter(|asset| asset.is_page()).map(EmbeddedAsset::path).collect();
        assert!(pages.iter().eq(expected), "{pages:?}");
    }
}

#[test]
fn a_page_loads_only_what_its_own_process_serves() {
    for assets in [people_assets(), operator_assets()] {
        reachable(&assets);
    }
}

#[test]
fn every_file_is_loaded_by_a_page() {
    let (people, operator) = (people_assets(), operator_assets());
    let loaded: BTreeSet<&str> = reachable(&people).union(&reachable(&operator)).copied().collect();
    let embedded: BTreeSet<&str> = names(&people).union(&names(&operator)).copied().collect();
    assert_eq!(embedded.difference(&loaded).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn nothing_is_loaded_from_another_host() {
    for asset in people_assets().into_iter().chain(operator_assets()) {
        let text = text(&asset).replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{}", asset.name);
    }
}

#[test]
fn no_file_lies_beside_the_folders_where_it_would_not_be_embedded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let strays = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(strays.filter(|path| path.is_file()).collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

/// In a debug build the library could read the folder at run time instead.
#[test]
fn a_file_is_embedded_in_every_build() {
    for asset in people_assets().into_iter().chain(operator_assets()) {
        assert!(matches!(asset.body(), Cow::Borrowed(_)), "{}", asset.name);
    }
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let first = get(people_router(), "/assets/kit.css", &[]).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(header(&first, "content-type"), "text/css; charset=utf-8");
    let tag = header(&first, "etag").to_owned();
    let again =
        get(people_router(), "/assets/kit.css", &[("if-none-match", &format!("\"old\", W/{tag}"))]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&again, "etag"), tag);
    assert!(to_bytes(again.into_body(), 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_page_is_served_under_the_policy() {
    for (router, pages) in
        [(people_router(), PEOPLE_PAGES.as_slice()), (operator_router(), OPERATOR_PAGES.as_slice())]
    {
        for path in pages {
            let page = get(router.clone(), path, &[("host", "school.example:8443")]).await;
            assert_eq!(page.status(), StatusCode::OK, "{path}");
            let policy = header(&page, "content-security-policy");
            assert!(
                policy.contains("connect-src 'self' ws://school.example:8443 wss://school.example:8443;"),
                "{policy}"
            );
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(header(&page, "x-content-type-options"), "nosniff");
            assert_eq!(header(&page, "referrer-policy"), "no-referrer");
        }
    }
}

#[tokio::test]
async fn a_strange_host_adds_nothing_to_the_policy() {
    let page = get(people_router(), "/", &[("host", "a; script-src *")]).await;
    assert!(header(&page, "content-security-policy").contains("connect-src 'self';"));
}
