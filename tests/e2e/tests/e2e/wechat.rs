//! Real log-in: WeChat identifies the person, and the school's code assigns the account.

use std::sync::Arc;

use e2e::district::{DistrictKind, teacher};
use e2e::phone::PhoneClient;
use e2e::system::{SystemForm, TestSystem};
use protocol::people::{ClassArrivals, PersonSession, WechatLogIn};
use protocol::problem::ProblemDetails;
use reqwest::{Client, Response};
use testkit::wechat::{WechatEndpoint, WechatFault};

use crate::scene::id;

async fn system() -> Arc<TestSystem> {
    e2e::shared(SystemForm::Separate, DistrictKind::Uniform { schools: 1, classes: 8, cars: 8 }).await
}

async fn log_in(system: &TestSystem, js_code: String, bind_code: Option<String>) -> Response {
    let url = format!("{}/api/v1/sessions", system.people());
    Client::new().post(url).json(&WechatLogIn { js_code, bind_code, register: false }).send().await.unwrap()
}

async fn session(answer: Response) -> PersonSession {
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

async fn refused(answer: Response) -> (u16, String) {
    let problem: ProblemDetails = answer.json().await.unwrap();
    (problem.status, problem.code)
}

/// As the school's office makes it.
async fn bind_code(system: &TestSystem, person_key: &str) -> String {
    let printed = system.server_command().call(["bind-code", "--person-key", person_key]).await;
    printed.split(' ').next().unwrap().to_owned()
}

#[test]
fn a_bind_code_makes_a_wechat_account_a_teachers() {
    e2e::run(async {
        let (system, class) = (system().await, id("s0-c0"));
        let key = teacher(system.invented(), &class).to_owned();
        let code = bind_code(&system, &key).await;
        let wechat = system.wechat();

        let first = session(log_in(&system, wechat.code_for("openid-1"), Some(code)).await).await;
        assert_eq!(first.me.classes[0].id, class);
        let second = session(log_in(&system, wechat.code_for("openid-1"), None).await).await;
        assert_ne!(first.token, second.token);

        for session in [first, second] {
            let phone = PhoneClient::new(&system.people(), &session.token);
            let board: ClassArrivals = phone.board(&class).await;
            assert_eq!(board.class.id, class);
        }
    });
}

#[test]
fn a_code_serves_one_account() {
    e2e::run(async {
        let system = system().await;
        let key = teacher(system.invented(), &id("s0-c1")).to_owned();
        let code = bind_code(&system, &key).await;
        let wechat = system.wechat();
        session(log_in(&system, wechat.code_for("openid-2"), Some(code.clone())).await).await;

        let again = log_in(&system, wechat.code_for("openid-3"), Some(code)).await;
        assert_eq!(refused(again).await, (403, "bind_code_invalid".to_owned()));
        let stranger = log_in(&system, wechat.code_for("openid-3"), None).await;
        assert_eq!(refused(stranger).await, (404, "person_not_bound".to_owned()));
    });
}

#[test]
fn a_code_of_wechat_is_good_once() {
    e2e::run(async {
        let system = system().await;
        let js_code = system.wechat().code_for("openid-4");
        assert_eq!(log_in(&system, js_code.clone(), None).await.status(), 404);

        let used = log_in(&system, js_code, None).await;
        assert_eq!(refused(used).await, (400, "js_code_used".to_owned()));
        let unknown = log_in(&system, "0123456789".to_owned(), None).await;
        assert_eq!(refused(unknown).await, (400, "invalid_js_code".to_owned()));
    });
}

#[test]
fn a_session_that_was_closed_opens_nothing() {
    e2e::run(async {
        let (system, class) = (system().await, id("s0-c2"));
        let phone = system.log_in(teacher(system.invented(), &class)).await;
        assert_eq!(phone.get("/me").await.status(), 200);

        let url = format!("{}/api/v1/sessions/current", system.people());
        let closed = Client::new().delete(url).bearer_auth(&phone.token).send().await.unwrap();
        assert!(closed.status().is_success());
        assert_eq!(phone.get("/me").await.status(), 401);
        let ended = phone.follow(&class, None).await.unwrap().end().await;
        assert_eq!(ended, Some(4401));
    });
}

#[test]
fn while_wechat_is_away_sessions_go_on() {
    // Its own system: a fault of the fake WeChat would affect the other tests' log-ins.
    e2e::run(async {
        let place = DistrictKind::Uniform { schools: 1, classes: 1, cars: 1 };
        let system = TestSystem::start(e2e::system::SystemSetup::new(SystemForm::Separate, place)).await;
        let phone = system.log_in(teacher(system.invented(), &id("s0-c0"))).await;
        system.wechat().fail(WechatEndpoint::Code2Session, WechatFault::Status(502), 100);

        let refused = refused(log_in(&system, system.wechat().code_for("openid-5"), None).await).await;
        assert_eq!(refused, (503, "wechat_unavailable".to_owned()));
        assert_eq!(phone.get("/me").await.status(), 200);
        system.stop().await;
    });
}
