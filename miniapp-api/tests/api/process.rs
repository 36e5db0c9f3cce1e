//! The binary and its life: configuration, readiness, signals.

use std::path::PathBuf;
use std::process::{Command, Output};

use axum::Router;
use axum::routing::get;
use miniapp_api::MiniappConfig;
use testkit::wait::until;
use tokio_util::sync::CancellationToken;

use crate::fake::{FakeServer, SERVICE_TOKEN, class};
use crate::phone::{Phone, SOON};

fn write(dir: &tempfile::TempDir, server: &str) -> PathBuf {
    let secret = dir.path().join("secret");
    std::fs::write(&secret, SERVICE_TOKEN).unwrap();
    let secret = secret.display();
    let path = dir.path().join("miniapp-api.toml");
    let text = format!(
        "[http]\nlisten = '127.0.0.1:0'\n[server]\nurl = '{server}'\ntoken = {{ file = '{secret}' }}\n\
         [wechat]\nappid = 'wx1'\nsecret = {{ file = '{secret}' }}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn binary(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_miniapp-api")).args(arguments).output().unwrap()
}

#[test]
fn check_config_says_good_or_names_the_field() {
    let dir = tempfile::tempdir().unwrap();
    let good = write(&dir, "https://server.example.com");
    let output = binary(&["check-config", "--config", good.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let bad = write(&dir, "http://server.example.com");
    for command in ["check-config", "run"] {
        let output = binary(&[command, "--config", bad.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("`server.url`"), "{output:?}");
    }
    assert_eq!(binary(&["fly"]).status.code(), Some(2));
}

#[tokio::test]
async fn it_runs_is_ready_and_stops_with_a_word_to_the_phones() {
    let dir = tempfile::tempdir().unwrap();
    let server = FakeServer::start().await;
    server.lock().teacher("t1", &class("a"));
    let config = MiniappConfig::load(&write(&dir, &format!("http://{}", server.address()))).unwrap();
    let listener = service::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let extra = Router::new().route("/demo/people", get(|| async { "demo" }));
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(miniapp_api::run(config, listener, extra, shutdown.clone()));
    until(SOON, "readiness", async || {
        let answer = reqwest::get(format!("http://{address}/readyz")).await.ok()?;
        answer.status().is_success().then_some(())
    })
    .await;
    let demo = reqwest::get(format!("http://{address}/demo/people")).await.unwrap();
    assert_eq!(demo.text().await.unwrap(), "demo");
    let mut phone = Phone::connect(address, "/classes/a/arrivals/stream", "t1").await;
    phone.board().await;
    let metrics = reqwest::get(format!("http://{address}/metrics")).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("ws_connections{kind=\"class\"}"), "{metrics}");
    shutdown.cancel();
    assert_eq!(phone.end().await, 1001);
    tokio::time::timeout(SOON, running).await.unwrap().unwrap().unwrap();
}
