//! The plan by which a gateway decides alone, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use std::time::Duration;

use common::district::{MOTHER, SCHOOL, SCHOOL_TOKEN, STAFF, STRANGER, fill, plate};
use common::http::{Served, ask};
use common::{Fixture, MONDAY, time};
use domain::access::Audience;
use protocol::uplink::PlanDocument;

async fn started(fixture: &Fixture) -> Served {
    let app = fixture.app();
    fill(&app).await;
    Served::start(app).await
}

async fn plan(server: &Served, known: Option<&str>) -> common::http::Answer {
    let request = server.client.get(server.url("/gateway/v1/access-plan"));
    let request = request.header("authorization", format!("Bearer {SCHOOL_TOKEN}"));
    ask(match known {
        Some(etag) => request.header("if-none-match", etag),
        None => request,
    })
    .await
}

contract!(the_plan_says_who_may_come_in_when, |f| async {
    let server = started(f).await;
    let answer = plan(&server, None).await;
    let document: PlanDocument = serde_json::from_value(answer.body).unwrap();
    assert_eq!((document.garage.as_str(), document.plan.capacity), (SCHOOL, 107));
    assert_eq!(document.plan.valid_until, time(MONDAY) + Duration::from_secs(48 * 3600));
    assert!(document.plan.permits[&plate(MOTHER)].contains(&Audience::Pickup));
    assert!(document.plan.permits[&plate(STAFF)].contains(&Audience::Staff));
    assert!(!document.plan.permits.contains_key(&plate(STRANGER)));
    let now =
        |audience| document.plan.openings.iter().any(|o| o.audience == audience && o.contains(time(MONDAY)));
    assert!(now(Audience::Pickup) && now(Audience::Staff) && !now(Audience::Public));
    let last = document.plan.openings.iter().map(|o| o.from).max().unwrap();
    assert!(last < document.plan.valid_until);
});

contract!(an_unchanged_plan_is_not_sent_again, |f| async {
    let server = started(f).await;
    let etag = plan(&server, None).await.header("etag").to_owned();
    f.clock.advance(Duration::from_secs(60));
    let same = plan(&server, Some(&etag)).await;
    assert_eq!((same.status, same.header("etag")), (304, etag.as_str()));
    // Renewed within the hour, so that what a gateway holds never gets old.
    f.clock.advance(Duration::from_secs(3600));
    let renewed = plan(&server, Some(&etag)).await;
    assert_eq!(renewed.status, 200);
    let etag = renewed.header("etag").to_owned();
    let mut district = common::district::district();
    district.people[0].plates.push(plate(STRANGER));
    server::app::import::run(&f.app(), &district).await.unwrap();
    let changed = plan(&server, Some(&etag)).await;
    assert!(changed.body["permits"].get(STRANGER).is_some(), "{changed:?}");
});
