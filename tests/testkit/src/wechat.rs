//! A fake of the WeChat API that we call: `code2Session` and `stable_token`, with its conventions and its errors.
//!
//! Conventions: HTTP 200 for everything, JSON under `text/plain`, no `errcode` on success.

mod account;
mod log;
mod routes;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use account::FakeWechatAccount;
pub use log::WechatCall;

/// The mini-program that the fake knows.
pub const APP_ID: &str = "wx0123456789abcdef";
pub const APP_SECRET: &str = "fake-app-secret";

/// The fake's misbehaviour in place of a correct answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WechatFault {
    /// An `errcode`: -1 busy, 45011 too often, 40226 blocked user, or any other.
    Errcode(i64),
    /// An HTTP status with a page that is not JSON.
    Status(u16),
    /// Never answers.
    Hang,
}

/// The calls that can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WechatEndpoint {
    Code2Session,
    StableToken,
}

/// A running fake; stopped when dropped.
#[derive(Debug)]
pub struct FakeWechat {
    address: SocketAddr,
    state: SharedWechatAccount,
    _stop: DropGuard,
}

/// The account behind the routes; never locked across an await.
#[derive(Debug, Clone, Default)]
struct SharedWechatAccount(Arc<Mutex<FakeWechatAccount>>);

impl SharedWechatAccount {
    fn lock(&self) -> MutexGuard<'_, FakeWechatAccount> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FakeWechat {
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port for the fake WeChat");
        let address = listener.local_addr().expect("the fake WeChat has an address");
        let state = SharedWechatAccount::default();
        let stop = CancellationToken::new();
        let ended = stop.clone().cancelled_owned();
        let router = routes::router(state.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = axum::serve(listener, router) => {}
                () = ended => {}
            }
        });
        Self { address, state, _stop: stop.drop_guard() }
    }

    /// The base URL for the configuration, in place of `https://api.weixin.qq.com`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The code that `wx.login` returns on the phone of `openid`; it is valid for one use.
    pub fn code_for(&self, openid: &str) -> String {
        self.state.lock().issue_code(openid)
    }

    /// The next `calls` calls of `endpoint` end in `fault`.
    pub fn fail(&self, endpoint: WechatEndpoint, fault: WechatFault, calls: u32) {
        self.state.lock().faults.push((endpoint, fault, calls));
    }

    /// Makes the current access token invalid before its time, as another client's forced refresh does.
    pub fn revoke_token(&self) {
        self.state.lock().token = None;
    }

    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<WechatCall> {
        self.state.lock().calls.clone()
    }
}
