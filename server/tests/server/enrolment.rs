//! Enrolment of a garage's box and renewal of its credential, on both databases.

use std::time::Duration;

use crate::common::district::{MALL, MALL_TOKEN, SCHOOL, SCHOOL_TOKEN, fill, garage};
use crate::common::gateway::heartbeat;
use crate::common::http::{HttpReply, ServedRouter, ask};
use crate::common::{MONDAY, StoreFixture, time};
use reqwest::header::AUTHORIZATION;
use serde_json::json;
use server::app::purge::purge;
use server::app::{App, enrolment};
use store::seal::token_hash;
use store::{audit, credential};

const EPOCH: &str = "01JD0000-0000";
const HOUR: Duration = Duration::from_secs(3600);

/// A credential as a box generates it; `number` makes it unique.
fn made(number: u8) -> String {
    format!("pkg_{number:043}")
}

async fn started(fixture: &StoreFixture) -> (App, ServedRouter) {
    let app = fixture.app();
    fill(&app).await;
    (app.clone(), ServedRouter::start(app).await)
}

async fn code(app: &App, of: &str) -> String {
    enrolment::create_code(app, &garage(of)).await.unwrap().code
}

async fn enrol(server: &ServedRouter, garage: &str, code: &str, credential: &str) -> HttpReply {
    let body = json!({ "garage": garage, "code": code, "credential": credential });
    ask(server.client.post(server.url("/gateway/v1/enroll")).json(&body)).await
}

async fn offer(server: &ServedRouter, current: &str, next: &str) -> HttpReply {
    let request = server.client.post(server.url("/gateway/v1/credential"));
    let request = request.json(&json!({ "credential": next }));
    ask(request.header(AUTHORIZATION, format!("Bearer {current}"))).await
}

/// The plan's response for the gateway with this credential: its status, and whether it requests a renewal.
async fn poll(server: &ServedRouter, token: &str) -> (u16, bool) {
    let request = server.client.get(server.url("/gateway/v1/access-plan"));
    let answer = ask(request.header(AUTHORIZATION, format!("Bearer {token}"))).await;
    (answer.status, answer.header("gateway-credential") == "renew")
}

async fn refused(server: &ServedRouter, garage: &str, code: &str) {
    let answer = enrol(server, garage, code, &made(9)).await;
    assert_eq!((answer.status, answer.code()), (403, "enrolment_code_invalid"));
    assert_eq!(poll(server, &made(9)).await.0, 401);
}

contract!(a_code_admits_one_box_and_ends_the_one_before, |f| async {
    let (app, server) = started(f).await;
    let typed = code(&app, SCHOOL).await.to_lowercase().replace('-', " ");
    assert_eq!(poll(&server, SCHOOL_TOKEN).await.0, 200, "until the code is used");
    assert_eq!(enrol(&server, SCHOOL, &typed, &made(1)).await.status, 204);
    assert_eq!(poll(&server, &made(1)).await, (200, false));
    assert_eq!(poll(&server, SCHOOL_TOKEN).await.0, 401);
    server.take(&made(1), &heartbeat(EPOCH)).await;
    refused(&server, SCHOOL, &typed).await;
    assert_eq!(poll(&server, &made(1)).await.0, 200);
});

contract!(an_enrolment_whose_answer_was_lost_is_sent_again, |f| async {
    let (app, server) = started(f).await;
    let code = code(&app, SCHOOL).await;
    for _ in 0..2 {
        assert_eq!(enrol(&server, SCHOOL, &code, &made(1)).await.status, 204);
    }
    // Once the gateway has renewed its credential, or the code has expired, the repetition is refused.
    offer(&server, &made(1), &made(2)).await;
    assert_eq!(poll(&server, &made(2)).await.0, 200);
    assert_eq!(enrol(&server, SCHOOL, &code, &made(1)).await.status, 403);
    f.clock.advance(HOUR * 24);
    assert_eq!(enrol(&server, SCHOOL, &code, &made(2)).await.status, 403);
});

contract!(wrong_used_old_and_foreign_codes_are_refused_alike, |f| async {
    let (app, server) = started(f).await;
    refused(&server, SCHOOL, "AAAAA-AAAAA").await;
    let first = code(&app, SCHOOL).await;
    // A code of another garage: refused there, and still valid here.
    refused(&server, MALL, &first).await;
    let second = code(&app, SCHOOL).await;
    refused(&server, SCHOOL, &first).await;
    f.clock.advance(HOUR * 24);
    refused(&server, SCHOOL, &second).await;
    let third = code(&app, SCHOOL).await;
    f.clock.advance(HOUR * 23);
    assert_eq!(enrol(&server, SCHOOL, &third, &made(1)).await.status, 204);
    assert_eq!(poll(&server, MALL_TOKEN).await.0, 200);
});

contract!(guessing_is_slow_and_weak_credentials_are_refused, |f| async {
    let (app, server) = started(f).await;
    let weak = enrol(&server, SCHOOL, "AAAAA-AAAAA", "pkg_weak").await;
    assert_eq!((weak.status, weak.body["field"].as_str()), (422, Some("credential")));
    for _ in 0..5 {
        refused(&server, SCHOOL, "AAAAA-AAAAA").await;
    }
    let code = code(&app, SCHOOL).await;
    let answer = enrol(&server, SCHOOL, &code, &made(1)).await;
    assert_eq!((answer.status, answer.code()), (429, "too_many_attempts"));
    f.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(enrol(&server, SCHOOL, &code, &made(1)).await.status, 204);
});

contract!(a_gateway_renews_after_a_month_and_the_old_works_until_the_new_is_used, |f| async {
    let (app, server) = started(f).await;
    let code = code(&app, SCHOOL).await;
    enrol(&server, SCHOOL, &code, &made(1)).await;
    f.clock.advance(HOUR * 24 * 30);
    assert_eq!(poll(&server, &made(1)).await, (200, true));
    for _ in 0..2 {
        assert_eq!(offer(&server, &made(1), &made(2)).await.status, 204);
        assert_eq!(poll(&server, &made(1)).await, (200, true));
    }
    assert_eq!(poll(&server, &made(2)).await, (200, false));
    assert_eq!(poll(&server, &made(1)).await.0, 401);
    // The gateway that lost the response to its offer repeats the poll with the new credential.
    assert_eq!(offer(&server, &made(2), &made(2)).await.status, 204);
    assert_eq!(poll(&server, &made(2)).await, (200, false));
});

contract!(a_gateway_renews_at_once_when_told, |f| async {
    let (app, server) = started(f).await;
    assert!(enrolment::renew(&app, &garage(SCHOOL)).await.is_err(), "its token is an administrator's");
    let answer = offer(&server, SCHOOL_TOKEN, &made(1)).await;
    assert_eq!((answer.status, answer.code()), (409, "not_enrolled"));
    let code = code(&app, SCHOOL).await;
    enrol(&server, SCHOOL, &code, &made(1)).await;
    assert_eq!(poll(&server, &made(1)).await, (200, false));
    enrolment::renew(&app, &garage(SCHOOL)).await.unwrap();
    assert_eq!(poll(&server, &made(1)).await, (200, true));
    assert_eq!(offer(&server, "pkg_nobody", &made(2)).await.status, 401);
});

contract!(a_token_that_an_administrator_makes_ends_both_of_the_boxes, |f| async {
    let (app, server) = started(f).await;
    let code = code(&app, SCHOOL).await;
    enrol(&server, SCHOOL, &code, &made(1)).await;
    offer(&server, &made(1), &made(2)).await;
    let token = server::app::gateway_token::create(&app, &garage(SCHOOL)).await.unwrap();
    assert_eq!((poll(&server, &made(1)).await.0, poll(&server, &made(2)).await.0), (401, 401));
    f.clock.advance(HOUR * 24 * 365);
    assert_eq!(poll(&server, &token).await, (200, false));
});

contract!(what_happened_is_in_the_audit_log_and_old_codes_are_forgotten, |f| async {
    let (app, server) = started(f).await;
    let used = code(&app, SCHOOL).await;
    enrol(&server, SCHOOL, &used, &made(1)).await;
    enrolment::renew(&app, &garage(SCHOOL)).await.unwrap();
    offer(&server, &made(1), &made(2)).await;
    poll(&server, &made(2)).await;
    let mut tx = f.store.begin_read().await.unwrap();
    let lines = audit::since(&mut tx, time(MONDAY), 100).await.unwrap();
    drop(tx);
    let ours: Vec<_> = lines
        .iter()
        .filter(|line| line.subject == SCHOOL && line.action != "gateway_token.set")
        .map(|line| (line.actor_kind.as_str(), line.action.as_str()))
        .collect();
    let expected = [
        ("cli", "gateway_code.create"),
        ("gateway", "gateway.enrol"),
        ("cli", "gateway_credential.ask"),
        ("gateway", "gateway_credential.renew"),
    ];
    assert_eq!(ours, expected);
    assert!(lines.iter().all(|line| !line.detail.contains("pkg_") && !line.detail.contains(&used)));
    f.clock.advance(HOUR * 24 + Duration::from_secs(1));
    assert_eq!(purge(&app).await.unwrap(), 1);
});

contract!(one_of_two_boxes_with_the_same_code_gets_in, |f| async {
    let (app, school) = (f.app(), garage(SCHOOL));
    fill(&app).await;
    let mut tx = f.store.begin().await.unwrap();
    credential::put_code(&mut tx, b"code", &school, time(MONDAY) + HOUR).await.unwrap();
    let of = (b"code".as_slice(), &school);
    let (one, other) = (token_hash(&made(1)), token_hash(&made(2)));
    assert!(credential::redeem_code(&mut tx, of, &one, time(MONDAY)).await.unwrap());
    assert!(!credential::redeem_code(&mut tx, of, &other, time(MONDAY)).await.unwrap());
    credential::set(&mut tx, &school, &one, Some(time(MONDAY))).await.unwrap();
    assert!(credential::is_redeemed_for(&mut tx, of, &one, time(MONDAY)).await.unwrap());
    assert!(!credential::is_redeemed_for(&mut tx, of, &other, time(MONDAY)).await.unwrap());
    assert!(credential::offer(&mut tx, &one, &other).await.unwrap());
    assert!(credential::promote(&mut tx, &other, time(MONDAY)).await.unwrap());
    assert!(!credential::promote(&mut tx, &other, time(MONDAY)).await.unwrap());
    assert!(!credential::offer(&mut tx, &one, &other).await.unwrap());
});
