//! What may be named in which files (invariant 10).

use crate::repository::{none, product_sources};

/// Product files that name `what` and begin with none of `allowed`.
fn only_in(what: &str, allowed: &[&str]) {
    let sources = product_sources();
    let mut users = sources.iter().filter(|file| file.text.contains(what)).peekable();
    assert!(users.peek().is_some(), "`{what}` is used nowhere: the rule looks for the wrong name");
    let strangers = users.filter(|file| !allowed.iter().any(|place| file.path.starts_with(place)));
    none(
        &format!("`{what}` belongs to {allowed:?}"),
        &strangers.map(|file| file.path.clone()).collect::<Vec<_>>(),
    );
}

#[test]
fn sql_is_in_the_store_and_in_the_outbox() {
    // The uplink passes on the outbox's error.
    only_in("sqlx::", &["server/store/src", "gateway/src/outbox", "gateway/src/uplink.rs"]);
}

#[test]
fn audit_entries_are_written_by_one_function() {
    only_in("audit::append(", &["server/src/app/audit.rs"]);
}

#[test]
fn mqtt_libraries_are_in_one_module_a_process() {
    only_in("rumqttc", &["gateway/src/mqtt.rs"]);
    only_in("mqtt5::", &["crates/standalone/src/broker"]);
}

#[test]
fn wechat_addresses_are_in_the_wechat_client() {
    only_in("api.weixin.qq.com", &["miniapp-api/src/wechat", "miniapp-api/src/config/tests.rs"]);
}

#[test]
fn the_time_is_asked_of_the_clock() {
    only_in("SystemTime::now", &["crates/service/src/clock.rs"]);
    for other in ["Utc::now", "Local::now"] {
        let users = product_sources().into_iter().filter(|file| file.text.contains(other));
        none(&format!("`{other}` goes past the clock"), &users.map(|file| file.path).collect::<Vec<_>>());
    }
}

/// The authorization matrix has the operations of the OpenAPI documents: a route beside them would have no row.
#[test]
fn routes_of_the_apis_describe_themselves() {
    let documents = ["server/src/http/openapi.rs", "miniapp-api/src/http.rs"];
    let is_api =
        |path: &str| ["server/src/", "miniapp-api/src/"].iter().any(|folder| path.starts_with(folder));
    let registers = |text: &str| [".route(", ".route_service("].iter().any(|call| text.contains(call));
    let mut sources = product_sources();
    sources.retain(|file| is_api(&file.path) && registers(&file.text));
    assert!(sources.iter().any(|file| file.path == documents[0]), "the rule finds routes");
    sources.retain(|file| !documents.contains(&file.path.as_str()));
    let strangers = sources.into_iter().map(|file| file.path);
    none("a route is in an `OpenApiRouter`", &strangers.collect::<Vec<_>>());
}
