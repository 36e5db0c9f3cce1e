//! The internet-facing API for the WeChat mini-program and the pages that mimic it.
//!
//! It owns nothing: no database, no names. It reads from the server with the session of a connected person, so an attacker who
//! takes this process over sees only what people read through it at that moment.
//!
//! - [`http`]: the routes below `/api/v1`, one action a file
//! - [`hub`]: from the server's feed to the WebSockets
//! - [`server`]: the client of the server's `/internal/v1`
//! - [`wechat`]: identifies a person through WeChat
//! - [`door`]: origins, addresses, log-ins per address, attempts per session

pub mod config;
pub mod door;
pub mod http;
pub mod hub;
mod run;
pub mod server;
pub mod session;
pub mod wechat;

use std::sync::Arc;

use axum::Router;

pub use config::MiniappConfig;
pub use run::{MiniappRunError, run};

use door::{ConnectionPolicy, LoginRateLimiter, SessionRateLimiter};
use hub::PushHub;
use server::ServerClient;
use wechat::WechatClient;

/// State shared by handlers; clones are cheap.
#[derive(Debug, Clone)]
pub struct MiniappState {
    pub server: ServerClient,
    pub wechat: WechatClient,
    pub hub: Arc<PushHub>,
    pub doors: Arc<ConnectionPolicy>,
    pub log_ins: Arc<LoginRateLimiter>,
    /// Limits reservations.
    pub attempts: Arc<SessionRateLimiter>,
    /// Limits quotes and forecasts.
    pub looks: Arc<SessionRateLimiter>,
}

/// The API and the pages for people.
pub fn router(app: MiniappState) -> Router {
    http::api(app).merge(web::people_router())
}
