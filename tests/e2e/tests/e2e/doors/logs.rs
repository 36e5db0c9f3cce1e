//! Data that must not reach an administrator who reads logs.

use std::sync::Arc;

use domain::pickup::PickupAct;
use e2e::district::{FamilyCar, pupils};
use e2e::phone::PATIENCE;
use e2e::system::TestSystem;
use protocol::people::ArrivalAct;
use serde_json::json;
use testkit::wait;
use uuid::Uuid;

use crate::scene::{drive, id, lane, of_class, school, teacher_of};

/// The demo offers one family's log-in; its name is printed for the person who tries it, not logged.
const OFFERED: &str = "王小满";

pub(super) async fn no_log_has_a_childs_name_or_a_secret(system: Arc<TestSystem>) {
    let class = id("haifeng-2-1");
    let FamilyCar { plate, guardian, children } = of_class(&system, &class, 1).remove(0);
    let (teacher, parent) = (teacher_of(&system, &class).await, system.log_in(&guardian).await);
    let mut stream = teacher.follow(&class, None).await.unwrap();
    stream.until_live().await;
    drive(&lane(&system, &school(), "b1-in-1").await, &plate).await;
    let shown = stream.arrival(|arrival| arrival.pupil == children[0].0).await;
    teacher.act(shown.id, &ArrivalAct { act: PickupAct::Release, seen: shown.cursor }).await;
    trouble(&system, &teacher, &parent).await;
    drop(stream);

    let logs =
        wait::until(PATIENCE, "there are logs", async || Some(system.logs()).filter(|logs| !logs.is_empty()));
    let logs = logs.await;
    for name in pupils(system.invented()).filter(|name| *name != OFFERED) {
        assert!(!logs.contains(name), "a child's name is in a log");
    }
    let secrets =
        [&teacher.token, &parent.token, &system.service_token(), &system.password("haifeng-b1.b1-in-1")];
    assert!(secrets.iter().all(|secret| !logs.contains(*secret)), "a secret is in a log");
}

/// Requests that fail, because failures are what is logged.
async fn trouble(system: &TestSystem, teacher: &e2e::phone::PhoneClient, parent: &e2e::phone::PhoneClient) {
    teacher.act(Uuid::nil().into(), &ArrivalAct { act: PickupAct::Undo, seen: 1 }).await;
    parent.post("/plates", &json!({ "plate": "王小明" })).await;
    let sessions = format!("{}/api/v1/sessions", system.people());
    let log_in = json!({ "js_code": teacher.token, "bind_code": parent.token });
    reqwest::Client::new().post(sessions).json(&log_in).send().await.unwrap();
}
