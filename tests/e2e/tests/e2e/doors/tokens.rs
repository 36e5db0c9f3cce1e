//! Tokens of machines: each opens only its own interface.

use std::sync::Arc;

use domain::ids::GarageId;
use e2e::system::TestSystem;
use protocol::people::SESSION_HEADER;
use protocol::problem::ProblemDetails;
use protocol::uplink::AccessPlanDocument;
use reqwest::{Client, Response};

use crate::scene::{id, teacher_of};

async fn get(url: &str, token: Option<&str>, session: Option<&str>) -> Response {
    let mut request = Client::new().get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(session) = session {
        request = request.header(SESSION_HEADER, session);
    }
    request.send().await.unwrap()
}

async fn status_and_code(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    (status, answer.json::<ProblemDetails>().await.unwrap().code)
}

pub(super) async fn a_gateways_token_opens_its_garage_only(system: Arc<TestSystem>) {
    // A new token ends the one before: no other test needs this garage's gateway.
    let garage: GarageId = id("yuyuan-block");
    let token = server::app::gateway_token::create(system.app(), &garage).await.unwrap();
    let plan = format!("{}/gateway/v1/access-plan", system.server());

    let own: AccessPlanDocument = get(&plan, Some(&token), None).await.json().await.unwrap();
    assert_eq!(own.garage, garage, "the token says which garage it is");
    let teacher = teacher_of(&system, &id("haifeng-1-1")).await;
    for stranger in [None, Some("0123456789abcdef"), Some(&*system.service_token()), Some(&*teacher.token)] {
        let refused = status_and_code(get(&plan, stranger, None).await).await;
        assert_eq!(refused, (401, "unauthorized".to_owned()));
    }
    let class = format!("{}/internal/v1/classes/haifeng-1-1/arrivals", system.server());
    let refused = get(&class, Some(&token), Some(&teacher.token)).await;
    assert_eq!(refused.status(), 401, "a gateway reads nothing of people");
}

pub(super) async fn the_service_token_alone_reads_no_class(system: Arc<TestSystem>) {
    let class = format!("{}/internal/v1/classes/haifeng-1-1/arrivals", system.server());
    let service = system.service_token();
    let teacher = teacher_of(&system, &id("haifeng-1-1")).await;
    let other = teacher_of(&system, &id("haifeng-1-2")).await;

    assert_eq!(get(&class, Some(&service), Some(&teacher.token)).await.status(), 200);
    assert_eq!(status_and_code(get(&class, Some(&service), None).await).await.0, 401);
    assert_eq!(status_and_code(get(&class, None, Some(&teacher.token)).await).await.0, 401);
    assert_eq!(status_and_code(get(&class, Some(&teacher.token), None).await).await.0, 401);
    let refused = status_and_code(get(&class, Some(&service), Some(&other.token)).await).await;
    assert_eq!(refused, (403, "not_your_class".to_owned()));
}
