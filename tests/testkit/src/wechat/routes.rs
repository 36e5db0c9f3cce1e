//! The two endpoints.

use std::collections::BTreeMap;
use std::future::pending;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::{SharedWechatAccount, WechatCall, WechatEndpoint, WechatFault};

const SESSION: &str = "/sns/jscode2session";
const TOKEN: &str = "/cgi-bin/stable_token";
/// "Invalid argument": WeChat's error for an unusable body or query.
const INVALID_ARGUMENT: i64 = 40_035;

pub(super) fn router(state: SharedWechatAccount) -> Router {
    Router::new().route(SESSION, get(session)).route(TOKEN, post(token)).with_state(state)
}

async fn session(
    State(state): State<SharedWechatAccount>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let call = WechatCall { path: SESSION, query: query.clone(), body: Value::Null, errcode: None };
    answer(&state, WechatEndpoint::Code2Session, call, |state| {
        let field = |name: &str| query.get(name).map(String::as_str);
        let mut account = state.lock();
        account.check_identity(field("appid"), field("secret"))?;
        if field("grant_type") != Some("authorization_code") {
            return Err(INVALID_ARGUMENT);
        }
        account.session(field("js_code").unwrap_or_default())
    })
    .await
}

async fn token(State(state): State<SharedWechatAccount>, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let call = WechatCall { path: TOKEN, query: BTreeMap::new(), body: body.clone(), errcode: None };
    answer(&state, WechatEndpoint::StableToken, call, |state| {
        let field = |name: &str| body[name].as_str();
        let mut account = state.lock();
        account.check_identity(field("appid"), field("secret"))?;
        if field("grant_type") != Some("client_credential") {
            return Err(INVALID_ARGUMENT);
        }
        Ok(account.stable_token(body["force_refresh"].as_bool().unwrap_or_default()))
    })
    .await
}

async fn answer(
    state: &SharedWechatAccount,
    endpoint: WechatEndpoint,
    mut call: WechatCall,
    good: impl FnOnce(&SharedWechatAccount) -> Result<Value, i64>,
) -> Response {
    let fault = state.lock().take_fault(endpoint);
    let outcome = match fault {
        None => good(state),
        Some(WechatFault::Errcode(code)) => Err(code),
        Some(fault @ (WechatFault::Status(_) | WechatFault::Hang)) => {
            state.lock().calls.push(call);
            return broken(fault).await;
        }
    };
    call.errcode = Some(outcome.as_ref().err().copied().unwrap_or(0));
    state.lock().calls.push(call);
    plain(outcome.unwrap_or_else(|code| json!({ "errcode": code, "errmsg": format!("fake error {code}") })))
}

async fn broken(fault: WechatFault) -> Response {
    let status = match fault {
        WechatFault::Status(status) => status,
        WechatFault::Errcode(_) | WechatFault::Hang => pending().await,
    };
    (StatusCode::from_u16(status).expect("a valid status"), "<html>bad gateway</html>").into_response()
}

fn plain(body: Value) -> Response {
    ([(header::CONTENT_TYPE, "text/plain")], body.to_string()).into_response()
}
