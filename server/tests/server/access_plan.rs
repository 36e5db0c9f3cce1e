//! The plan by which a gateway decides alone, on both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::common::district::{
    FATHER, MOTHER, SCHOOL, SCHOOL_TOKEN, STAFF, STRANGER, fill, plate as plate_of,
};
use crate::common::http::{ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture, time};
use domain::access::{Audience, PlannedOpening};
use domain::ids::ClassId;
use protocol::district::StaggerSpec;
use protocol::uplink::AccessPlanDocument;

async fn started(fixture: &StoreFixture) -> ServedRouter {
    let app = fixture.app();
    fill(&app).await;
    ServedRouter::start(app).await
}

async fn plan(server: &ServedRouter, known: Option<&str>) -> crate::common::http::HttpReply {
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
    let document: AccessPlanDocument = serde_json::from_value(answer.body).unwrap();
    assert_eq!((document.garage.as_str(), document.plan.capacity), (SCHOOL, 107));
    assert_eq!(document.plan.valid_until, time(MONDAY) + Duration::from_secs(48 * 3600));
    assert!(document.plan.permits[&plate_of(MOTHER)].contains(&Audience::Pickup));
    assert!(document.plan.permits[&plate_of(STAFF)].contains(&Audience::Staff));
    assert!(!document.plan.permits.contains_key(&plate_of(STRANGER)));
    let now =
        |audience| document.plan.openings.iter().any(|o| o.audience == audience && o.contains(time(MONDAY)));
    assert!(now(Audience::Pickup) && now(Audience::Staff) && !now(Audience::Public));
    let last = document.plan.openings.iter().map(|o| o.from).max().unwrap();
    assert!(last < document.plan.valid_until);
});

contract!(a_week_ahead_the_plan_says_the_hours_of_permitted_plates_only, |f| async {
    let server = started(f).await;
    let document: AccessPlanDocument = serde_json::from_value(plan(&server, None).await.body).unwrap();
    let standing = document.plan.standing.unwrap();
    assert_eq!(standing.until, time(MONDAY) + Duration::from_secs(14 * 24 * 3600));
    assert!(standing.openings.iter().all(|o| o.audience != Audience::Public));
    assert!(standing.openings.iter().all(|o| o.to > document.plan.valid_until && o.from < standing.until));
    let pickup =
        |text| standing.openings.iter().any(|o| o.audience == Audience::Pickup && o.contains(time(text)));
    assert!(pickup("2026-11-30T15:40:00+08:00"), "next Monday");
    assert!(!pickup("2026-11-28T15:40:00+08:00"), "Saturday");
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
    let mut district = crate::common::district::district();
    district.people[0].plates.push(plate_of(STRANGER));
    server::app::import::run(&f.app(), &district).await.unwrap();
    let changed = plan(&server, Some(&etag)).await;
    assert!(changed.body["permits"].get(STRANGER).is_some(), "{changed:?}");
});

contract!(a_plate_is_in_the_groups_of_its_childrens_classes, |f| async {
    let server = started(f).await;
    let mut district = crate::common::district::district();
    let stagger = StaggerSpec { class: ClassId::parse("c-1-2").unwrap(), offset_minutes: 20 };
    district.garages[0].windows[0].stagger = vec![stagger];
    server::app::import::run(&f.app(), &district).await.unwrap();
    let document: AccessPlanDocument = serde_json::from_value(plan(&server, None).await.body).unwrap();
    let pickup = |o: &&PlannedOpening| o.audience == Audience::Pickup && o.contains(time(MONDAY));
    let opening = document.plan.openings.iter().find(pickup).unwrap();
    let groups = &opening.terms.as_ref().unwrap().groups;
    assert_eq!((groups.len(), groups[0].id), (1, 1));
    assert_eq!(groups[0].from, opening.from + Duration::from_secs(20 * 60));
    // Ming's class comes at the opening's own time: the mother of both may come then as well.
    assert_eq!(document.plan.sharing.groups.get(&plate_of(MOTHER)), Some(&BTreeSet::from([0, 1])));
    assert_eq!(document.plan.sharing.groups.get(&plate_of(FATHER)), None);
    let text = serde_json::to_string(&document).unwrap();
    assert!(!text.contains("c-1-2") && !text.contains("ming"), "the edge learns nothing of classes");
});
