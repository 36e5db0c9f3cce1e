//! The fake answers as WeChat's documents and practice describe.

use reqwest::Client;
use serde_json::{Value, json};
use testkit::wechat::{APP_ID, APP_SECRET, FakeWechat, WechatEndpoint, WechatFault};

/// The client is built without a TLS provider; even plain HTTP needs an installed one.
fn client() -> Client {
    // An error means that another test of this file was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

async fn session(wechat: &FakeWechat, code: &str) -> Value {
    let query = format!("appid={APP_ID}&secret={APP_SECRET}&js_code={code}&grant_type=authorization_code");
    let url = format!("{}/sns/jscode2session?{query}", wechat.base_url());
    let answer = client().get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain");
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

async fn token(wechat: &FakeWechat, force_refresh: bool) -> Value {
    let body = json!({ "grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET, "force_refresh": force_refresh });
    let url = format!("{}/cgi-bin/stable_token", wechat.base_url());
    let answer = client().post(url).body(body.to_string()).send().await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_code_serves_once() {
    let wechat = FakeWechat::start().await;
    let code = wechat.code_for("openid-1");
    let first = session(&wechat, &code).await;
    assert_eq!((first["openid"].as_str(), first.get("errcode")), (Some("openid-1"), None));
    assert_eq!(session(&wechat, &code).await["errcode"], 40163);
    assert_eq!(session(&wechat, "invented").await["errcode"], 40029);
    let seen: Vec<_> = wechat.calls().into_iter().map(|call| call.errcode.unwrap()).collect();
    assert_eq!(seen, [0, 40163, 40029]);
}

#[tokio::test]
async fn faults_last_as_many_calls_as_asked() {
    let wechat = FakeWechat::start().await;
    let code = wechat.code_for("openid-1");
    wechat.fail(WechatEndpoint::Code2Session, WechatFault::Errcode(-1), 1);
    wechat.fail(WechatEndpoint::Code2Session, WechatFault::Errcode(45011), 1);
    assert_eq!(session(&wechat, &code).await["errcode"], -1);
    assert_eq!(session(&wechat, &code).await["errcode"], 45011);
    assert_eq!(session(&wechat, &code).await["openid"], "openid-1");
}

#[tokio::test]
async fn the_token_is_stable_until_it_is_forced_or_revoked() {
    let wechat = FakeWechat::start().await;
    let first = token(&wechat, false).await;
    assert!(first["expires_in"].as_u64().unwrap() <= 7200);
    assert_eq!(token(&wechat, false).await["access_token"], first["access_token"]);
    let forced = token(&wechat, true).await;
    assert_ne!(forced["access_token"], first["access_token"]);
    wechat.revoke_token();
    assert_ne!(token(&wechat, false).await["access_token"], forced["access_token"]);
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let wechat = FakeWechat::start().await;
    let url = format!("{}/sns/jscode2session?appid={APP_ID}&secret=x&js_code=y", wechat.base_url());
    let answer: Value = client().get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["errcode"], 40125);
}
