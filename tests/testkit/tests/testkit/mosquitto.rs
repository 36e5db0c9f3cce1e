//! The broker as tests use it, seen through Debian's own clients.

use std::process::{Command, Output};

use testkit::mosquitto::{MosquittoBroker, MosquittoConfig, password_file};

fn client(program: &str, broker: &MosquittoBroker, arguments: &[&str]) -> Output {
    let port = broker.port().to_string();
    let mut command = Command::new(program);
    command.args(["-h", "127.0.0.1", "-p", &port, "-q", "1"]).args(arguments);
    command.output().expect("mosquitto-clients is installed")
}

fn publish(broker: &MosquittoBroker, arguments: &[&str]) -> bool {
    client("mosquitto_pub", broker, arguments).status.success()
}

fn retained(broker: &MosquittoBroker, topic: &str) -> String {
    let output = client("mosquitto_sub", broker, &["-t", topic, "-C", "1", "-W", "5"]);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn only_the_right_password_and_topic_are_let_in() {
    let broker = MosquittoBroker::start(MosquittoConfig {
        acl: Some("user gate\ntopic write gate/event\n".to_owned()),
        passwords: Some(password_file([("gate", "right")])),
        ..MosquittoConfig::default()
    });
    assert!(publish(&broker, &["-u", "gate", "-P", "right", "-t", "gate/event", "-m", "x"]));
    assert!(!publish(&broker, &["-u", "gate", "-P", "wrong", "-t", "gate/event", "-m", "x"]));
    assert!(!publish(&broker, &["-t", "gate/event", "-m", "x"]));
}

#[test]
fn a_restart_comes_back_on_the_same_port_without_what_was_in_memory() {
    let mut broker = MosquittoBroker::start(MosquittoConfig::default());
    let port = broker.port();
    assert!(publish(&broker, &["-r", "-t", "count", "-m", "7"]));
    assert_eq!(retained(&broker, "count"), "7\n");
    broker.kill9();
    assert!(!publish(&broker, &["-t", "count", "-m", "8"]));
    broker.restart();
    assert_eq!(broker.port(), port);
    assert!(publish(&broker, &["-r", "-t", "count", "-m", "9"]));
    assert_eq!(retained(&broker, "count"), "9\n");
    assert!(broker.log().contains("running"));
}
