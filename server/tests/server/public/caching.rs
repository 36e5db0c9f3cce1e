//! Caching of the feed by readers, their browsers and intermediate caches.

use std::io::Read;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::district::{MALL, MALL_TOKEN, MOTHER, district, garage};
use crate::common::gateway::{batch, entry, heartbeat};
use crate::common::http::{ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture};
use crate::public::{SITES, started};
use domain::ids::GarageId;
use protocol::district::{DistrictSpec, GarageSpec};
use server::app::{gateway_token, import};
use store::gateway::{self, GatewayReport};

contract!(readers_may_keep_it_and_read_it_from_any_page, |f| async {
    let server = started(f).await;
    let request = server.client.get(server.url(SITES)).header("origin", "https://map.example");
    let first = ask(request).await;
    assert_eq!(first.header("access-control-allow-origin"), "*");
    assert_eq!(first.header("access-control-expose-headers"), "ETag");
    assert_eq!(first.header("cache-control"), "public, max-age=5");
    let etag = first.header("etag").to_owned();
    let again = ask(server.client.get(server.url(SITES)).header("if-none-match", &etag)).await;
    assert_eq!((again.status, &again.body), (304, &Value::Null));
    assert_eq!((again.header("etag"), again.header("access-control-allow-origin")), (etag.as_str(), "*"));
    assert_eq!(again.header("vary"), first.header("vary"));
    f.clock.advance(Duration::from_secs(1));
    server.take(MALL_TOKEN, &heartbeat("a")).await;
    f.clock.advance(Duration::from_secs(1));
    let changed = ask(server.client.get(server.url(SITES)).header("if-none-match", &etag)).await;
    assert_eq!(changed.status, 200);
});

contract!(a_preflight_lets_a_page_ask_conditionally, |f| async {
    let server = started(f).await;
    for path in [SITES, "/api/public/v3/parking-sites/1", "/api/public/v3/sources", "/api/public/v3/nothing"]
    {
        let request = server.client.request(Method::OPTIONS, server.url(path));
        let request =
            request.header("origin", "https://map.example").header("access-control-request-method", "GET");
        let answer = ask(request.header("access-control-request-headers", "if-none-match")).await;
        assert_eq!((answer.status, &answer.body), (204, &Value::Null), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(answer.header("access-control-allow-methods").contains("GET"));
        let allowed = answer.header("access-control-allow-headers").to_ascii_lowercase();
        assert!(allowed.split(',').any(|header| header.trim() == "if-none-match"), "{allowed}");
        assert_eq!(answer.header("vary"), "");
    }
});

contract!(what_is_not_there_can_be_read_from_any_page_too, |f| async {
    let server = started(f).await;
    for path in [
        "/api/public/v3/nothing",
        "/api/public/nothing",
        "/api/public/v3/parking-sites/x",
        "/api/public/v3/sources/2",
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("vary"), "", "{path}");
    }
    let answer = ask(server.client.post(server.url(SITES))).await;
    assert_eq!((answer.status, answer.code()), (405, "method_not_allowed"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    // Routes of other APIs stay closed.
    let answer = server.get("/api/operator/v1/garages").await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
});

contract!(both_encodings_say_the_same_under_one_weak_tag, |f| async {
    let app = f.app();
    import::run(&app, &idle()).await.unwrap();
    let server = ServedRouter::start(app).await;
    let plain = ask(server.client.get(server.url(SITES)).header("accept-encoding", "identity")).await;
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    let request = server.client.get(server.url(SITES)).header("accept-encoding", "br, gzip;q=0.8");
    let response = request.send().await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-encoding").as_deref(), Some("gzip"));
    assert_eq!(header("vary").as_deref(), Some("accept-encoding"));
    let etag = header("etag").unwrap();
    assert!(etag.starts_with("W/") && etag == plain.header("etag"), "{etag}");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&response.bytes().await.unwrap()[..]).read_to_string(&mut text).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), plain.body);
    // One site is too short to be compressed: its response does not depend on the encoding.
    let one =
        ask(server.client.get(server.url(&format!("{SITES}/1"))).header("accept-encoding", "gzip")).await;
    assert_eq!((one.header("content-encoding"), one.header("vary")), ("", ""));
});

contract!(a_sites_own_tag_stays_while_others_change, |f| async {
    let server = started(f).await;
    let tag = async |id: i64| server.get(&format!("{SITES}/{id}")).await.header("etag").to_owned();
    let (school, mall) = (tag(1).await, tag(2).await);
    server.take(MALL_TOKEN, &batch("a", 1, vec![entry("e1", MOTHER, MONDAY)])).await;
    f.clock.advance(Duration::from_secs(1));
    assert_eq!(tag(1).await, school);
    assert_ne!(tag(2).await, mall);
});

const IDLE: usize = 44;

/// Malls without any traffic.
fn idle() -> DistrictSpec {
    let mall = |n: usize| GarageSpec { id: garage(&format!("{MALL}-{n}")), ..district().garages[1].clone() };
    DistrictSpec { garages: (0..IDLE).map(mall).collect(), ..DistrictSpec::default() }
}

/// A heartbeat of each of these gateways.
async fn contact(f: &StoreFixture, gateways: impl Iterator<Item = usize>) {
    let at = domain::time::Clock::now(&*f.clock);
    let garages: Vec<GarageId> = gateways.map(|n| garage(&format!("{MALL}-{n}"))).collect();
    let seen = |garage| GatewayReport {
        garage,
        epoch: Some("a"),
        acked_seq: 0,
        at,
        backlog: 0,
        version: "1.0.0",
        plan_etag: None,
        alarms: &[],
    };
    let mut tx = f.store.begin().await.unwrap();
    gateway::record_reports(&mut tx, &garages.iter().map(seen).collect::<Vec<_>>()).await.unwrap();
    tx.commit().await.unwrap();
}

/// An hour of a reader who polls every ten seconds, and of 44 gateways that report every seven seconds, each at its
/// own moments.
async fn hour(f: &StoreFixture, server: &ServedRouter) -> (usize, usize) {
    let (mut etag, mut known, mut asked) = (String::new(), 0, 0);
    for second in 0..3600usize {
        contact(f, (0..IDLE).filter(|gateway| second % 7 == gateway % 7)).await;
        f.clock.advance(Duration::from_secs(1));
        if second % 10 != 9 {
            continue;
        }
        let answer = ask(server.client.get(server.url(SITES)).header("if-none-match", &etag)).await;
        asked += 1;
        if answer.status == 304 {
            known += 1;
            continue;
        }
        etag = answer.header("etag").to_owned();
        let now = domain::time::Clock::now(&*f.clock);
        for site in answer.body["items"].as_array().unwrap() {
            assert_eq!(site["has_realtime_data"], json!(true), "{second}: {site}");
            let at = crate::common::time(site["realtime_data_updated_at"].as_str().unwrap());
            assert!(at <= now && now.since(at) <= Duration::from_secs(120), "{second}: {at}");
        }
    }
    (known, asked)
}

/// On SQLite only: equal responses do not depend on the database.
#[tokio::test]
async fn of_an_hours_conditional_requests_nine_of_ten_need_no_body() {
    let f = StoreFixture::sqlite().await;
    let app = f.app();
    import::run(&app, &idle()).await.unwrap();
    for n in 0..IDLE {
        gateway_token::set(&app, &garage(&format!("{MALL}-{n}")), &format!("{MALL_TOKEN}{n}")).await.unwrap();
    }
    let server = ServedRouter::start(app).await;
    for n in 0..IDLE {
        server.take(&format!("{MALL_TOKEN}{n}"), &heartbeat("a")).await;
    }
    let (known, asked) = hour(&f, &server).await;
    assert_eq!(asked, 360);
    assert!(known * 10 > asked * 9, "{known} of {asked}");
}
