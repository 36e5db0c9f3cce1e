//! The files as a browser receives them: types, tags, policy, and that a page requests only files that are served.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use tower::ServiceExt;

use crate::asset::EmbeddedAsset;
use crate::{KIT, OPERATOR, OPERATOR_PAGES, PEOPLE, PEOPLE_PAGES, operator_router, people_router};

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
    let text = std::str::from_utf8(asset.body).unwrap();
    let quoted = text.split('"').skip(1).step_by(2);
    quoted.filter_map(|word| word.strip_prefix("/assets/").or_else(|| word.strip_prefix("./"))).collect()
}

#[test]
fn every_file_has_a_known_type() {
    for asset in [KIT, PEOPLE, OPERATOR].concat() {
        assert_ne!(asset.content_type(), "application/octet-stream", "{}", asset.name);
    }
    for (path, page) in [PEOPLE_PAGES, OPERATOR_PAGES].concat() {
        assert!(path.starts_with('/') && page.is_page(), "{path}");
    }
}

#[test]
fn a_page_loads_only_what_its_own_process_serves() {
    for (pages, files) in [(PEOPLE_PAGES, PEOPLE), (OPERATOR_PAGES, OPERATOR)] {
        let served = [KIT, files].concat();
        let texts = pages.iter().map(|(_, page)| page).chain(&served);
        for asset in texts.filter(|asset| asset.name.ends_with(".html") || asset.name.ends_with(".js")) {
            for name in loads(asset) {
                assert!(served.iter().any(|file| file.name == name), "{} loads {name}", asset.name);
            }
        }
    }
}

#[test]
fn nothing_is_loaded_from_another_host() {
    let pages = [PEOPLE_PAGES, OPERATOR_PAGES].concat();
    for asset in pages.iter().map(|(_, page)| page).chain(&[KIT, PEOPLE, OPERATOR].concat()) {
        let text = std::str::from_utf8(asset.body).unwrap().replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{}", asset.name);
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
    for (router, pages) in [(people_router(), PEOPLE_PAGES), (operator_router(), OPERATOR_PAGES)] {
        for (path, _) in pages {
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
