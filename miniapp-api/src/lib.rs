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

pub use config::Config;
pub use run::{RunError, run};

use door::{Attempts, Doors, LogIns};
use hub::Hub;
use server::ServerClient;
use wechat::Wechat;

/// State shared by handlers; clones are cheap.
#[derive(Debug, Clone)]
pub struct App {
    pub server: ServerClient,
    pub wechat: Wechat,
    pub hub: Arc<Hub>,
    pub doors: Arc<Doors>,
    pub log_ins: Arc<LogIns>,
    /// Limits reservations.
    pub attempts: Arc<Attempts>,
    /// Limits quotes and forecasts.
    pub looks: Arc<Attempts>,
}

/// The API and the pages for people.
pub fn router(app: App) -> Router {
    http::api(app).merge(web::people_router())
}
