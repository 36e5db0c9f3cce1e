//! The access plan changes with the sharing.

use domain::access::{Audience, PlannedOpening};
use protocol::uplink::AccessPlanDocument;
use serde_json::json;

use crate::common::district::{SCHOOL, SCHOOL_TOKEN};
use crate::common::http::{HttpReply, ask};
use crate::common::time;
use crate::sharing_http::console::{NIGHT, SharingConsole, morning};
use crate::world::{ServerWorld, id, public};

async fn polled(world: &ServerWorld, known: &str) -> HttpReply {
    let request = world.server.client.get(world.server.url("/gateway/v1/access-plan"));
    let request = request.header("authorization", format!("Bearer {SCHOOL_TOKEN}"));
    ask(request.header("if-none-match", known)).await
}

/// The current plan, which must differ from the `known` one.
async fn plan(world: &ServerWorld, known: &mut String) -> AccessPlanDocument {
    let answer = polled(world, known).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.header("etag").clone_into(known);
    assert_eq!(polled(world, known).await.status, 304);
    serde_json::from_value(answer.body).unwrap()
}

/// The public's opening of tomorrow at this hour.
fn public_at<'a>(document: &'a AccessPlanDocument, hour: &str) -> Option<&'a PlannedOpening> {
    public_on(document, &format!("2026-11-24T{hour}:00+08:00"))
}

fn public_on<'a>(document: &'a AccessPlanDocument, at: &str) -> Option<&'a PlannedOpening> {
    let at = time(at);
    let mut openings = document.plan.openings.iter();
    openings.find(|opening| opening.audience == Audience::Public && opening.contains(at))
}

contract!(a_plan_follows_windows_and_closures, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    world.count_nobody().await;
    let console = SharingConsole::open(&world).await;
    let mut known = String::new();
    assert!(public_at(&plan(&world, &mut known).await, "09:00").is_none());

    let made = console.add("windows", &morning()).await;
    let document = plan(&world, &mut known).await;
    let terms = public_at(&document, "09:00").unwrap().terms.clone().unwrap();
    assert_eq!((terms.window.as_str(), terms.walk_in), (id(&made.body), true));
    let limits = &document.plan.sharing.pools[&terms.pool];
    let at_nine = limits.iter().rev().find(|limit| limit.from <= time("2026-11-24T09:00:00+08:00")).unwrap();
    assert_eq!(at_nine.limit.quota.public, Some(1));

    let reserved = world.driver(1).await.reserved(SCHOOL, &public(1, "09:00-10:00")).await;
    let document = plan(&world, &mut known).await;
    assert_eq!(document.plan.sharing.reservations[0].id.to_string(), id(&reserved));

    let closed = json!({
        "from": "2026-11-24T08:30:00+08:00", "until": "2026-11-24T11:00:00+08:00", "reason": "cleaning",
    });
    let closure = console.add("closures?affected=cancel", &closed).await;
    let document = plan(&world, &mut known).await;
    assert!(public_at(&document, "09:00").is_none() && public_at(&document, "11:00").is_some());
    assert!(document.plan.sharing.reservations.is_empty());

    assert_eq!(console.end(&format!("closures/{}", id(&closure.body)), "*").await.status, 204);
    assert!(public_at(&plan(&world, &mut known).await, "09:00").is_some());

    assert_eq!(console.ended(id(&made.body), "refuse").await.status, 204);
    assert!(public_at(&plan(&world, &mut known).await, "09:00").is_none());
});

contract!(a_window_that_ends_shuts_the_gate_at_once, |fixture| async {
    let world = ServerWorld::start(fixture).await;
    world.count_nobody().await;
    let console = SharingConsole::open(&world).await;
    let now = "2026-11-23T19:00:00+08:00";
    fixture.clock.set(now);
    let mut known = String::new();
    assert!(public_on(&plan(&world, &mut known).await, now).is_some());
    let stranger = json!({ "plate": "鲁B99999" });
    let check = async || console.add("access-checks", &stranger).await.body["decision"].clone();
    let before = check().await;
    assert_eq!(console.ended(NIGHT, "refuse").await.status, 204);
    assert!(public_on(&plan(&world, &mut known).await, now).is_none());
    assert_ne!(check().await, before);
});
