//! All processes in one, connected over loopback sockets.
//!
//! The parts use the same protocols as separate processes: gateways use MQTT to the broker and HTTP to the server, the mini-program API uses
//! HTTP to the server. Each part is a task that ends with the shutdown token. If one fails, all stop.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use domain::ids::GarageId;
use gateway::config::{DeviceInputs, ForeignDevice, LaneConfig, LaneMake, MakeRow};
use protocol::mqtt::MqttPermissions;
use server::app::App;
use server::app::key_check::{self, KeyCheckError};
use server::app::operator::CookiePolicy;
use service::clock::SystemClock;
use service::config::{SecretSource, SecretText};
use simulator::district::{GarageSite, InventedDistrict, SiteCamera, SiteLane};
use store::Store;
use store::seal::SealingKeyring;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::broker::{BrokerUserSpec, EmbeddedBroker};
use crate::folder::{DataFolder, DataFolderError, SECRETS};

/// Listen addresses.
#[derive(Debug, Clone, Copy)]
pub struct ListenAddresses {
    pub people: SocketAddr,
    pub server: SocketAddr,
    pub mqtt: SocketAddr,
    /// Posts of cameras; `None` for a district without cameras.
    pub cameras: Option<SocketAddr>,
}

/// Sockets bound before the start, so that a taken port is reported before any part runs.
pub struct HttpListeners {
    pub people: TcpListener,
    pub server: TcpListener,
}

impl HttpListeners {
    pub async fn bind(addresses: ListenAddresses) -> Result<Self, service::SocketBindError> {
        let people = service::bind(addresses.people).await?;
        let server = service::bind(addresses.server).await?;
        Ok(Self { people, server })
    }
}

/// Additional routes of the caller, such as the demo's log-in.
pub struct ExtraRoutes {
    pub people: Router,
    pub server: Router,
}

/// A part that ended with an error.
#[derive(Debug, thiserror::Error)]
#[error("{part} failed")]
pub struct PartError {
    part: String,
    source: anyhow::Error,
}

/// The running parts.
pub struct SystemAssembly {
    tasks: JoinSet<Result<(), PartError>>,
    broker: EmbeddedBroker,
    shutdown: CancellationToken,
}

/// Opens the main database of a data folder.
pub async fn open(folder: &DataFolder) -> anyhow::Result<App> {
    let database = folder.file("server.sqlite");
    let url = format!("sqlite:{}", database.display());
    let keys = SealingKeyring::new(&folder.secrets.data_key)?;
    let store = Store::open(&url, 4).await?;
    let mut app = App::new(store, keys, Arc::new(SystemClock));
    // Browsers reach this process over plain HTTP on the same machine.
    app.parts_mut().operators.cookies = CookiePolicy::LoopbackHttp;
    key_check::run(&app).await.map_err(|error| match error {
        KeyCheckError::WrongKey => {
            anyhow::Error::new(DataFolderError::WrongKey { secrets: folder.file(SECRETS), database })
        }
        KeyCheckError::Store(_) => error.into(),
    })?;
    Ok(app)
}

/// All MQTT users with their permissions, and passwords from the folder.
pub fn broker_users(
    folder: &mut DataFolder,
    sites: &[GarageSite],
) -> Result<Vec<BrokerUserSpec>, DataFolderError> {
    let mut users = Vec::new();
    for site in sites {
        let devices = site.controllers().map(|lane| MqttPermissions::device(&site.garage, &lane.device));
        let others = [MqttPermissions::gateway(&site.garage), MqttPermissions::sign(&site.garage)];
        for who in devices.chain(others) {
            let password = folder.mqtt_password(&who.username)?;
            folder.write_secret(&format!("devices/{}", who.username), &password)?;
            users.push(BrokerUserSpec::new(who.username, password, who.publish, who.subscribe));
        }
    }
    folder.save()?;
    Ok(users)
}

impl SystemAssembly {
    /// Starts everything. The district must be in the database already.
    pub async fn start(
        app: &App,
        folder: &mut DataFolder,
        invented: &InventedDistrict,
        addresses: ListenAddresses,
        listeners: HttpListeners,
        extra: ExtraRoutes,
    ) -> anyhow::Result<Self> {
        let shutdown = CancellationToken::new();
        let broker = EmbeddedBroker::start(addresses.mqtt, broker_users(folder, &invented.sites)?).await?;
        let mut assembly = Self { tasks: JoinSet::new(), broker, shutdown };
        let server = local(listeners.server.local_addr()?);
        assembly.serve(app.clone(), listeners.server, extra.server);
        assembly.serve_people(app, folder, server, listeners.people, extra.people).await?;
        for site in &invented.sites {
            let mut config = assembly.gateway_config(app, folder, site, server).await?;
            config.devices = addresses.cameras.filter(|_| site.has_camera());
            let running = gateway::run(config, Arc::new(SystemClock), assembly.shutdown.clone());
            assembly.spawn(format!("the gateway of {}", site.garage), running);
        }
        Ok(assembly)
    }

    /// Runs until `stop` completes or a part ends, then stops all parts.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> Result<(), PartError> {
        let ended = tokio::select! {
            biased;
            () = stop => Ok(()),
            Some(part) = self.tasks.join_next() => flatten(part),
        };
        self.shutdown.cancel();
        let mut result = ended;
        while let Some(part) = self.tasks.join_next().await {
            result = result.and(flatten(part));
        }
        self.broker.stop().await;
        result
    }

    fn serve(&mut self, app: App, listener: TcpListener, extra: Router) {
        let running = server::serve(app, listener, extra, self.shutdown.clone());
        self.spawn("the server".to_owned(), running);
    }

    async fn serve_people(
        &mut self,
        app: &App,
        folder: &DataFolder,
        server: SocketAddr,
        listener: TcpListener,
        extra: Router,
    ) -> anyhow::Result<()> {
        let token = server::app::service_token::create(app, "miniapp-api").await?;
        let token = SecretSource::File(folder.write_secret("service.token", &token)?);
        let config = miniapp_config(listener.local_addr()?, server, token);
        self.spawn(
            "the mini-program API".to_owned(),
            miniapp_api::run(config, listener, extra, self.shutdown.clone()),
        );
        Ok(())
    }

    async fn gateway_config(
        &self,
        app: &App,
        folder: &mut DataFolder,
        site: &GarageSite,
        server: SocketAddr,
    ) -> anyhow::Result<gateway::GatewayConfig> {
        let username = MqttPermissions::gateway(&site.garage).username;
        let mqtt = local(self.broker.local_addr());
        Ok(gateway::GatewayConfig {
            garage: site.garage.clone(),
            data_dir: folder.file("gateways").join(site.garage.as_str()),
            mqtt: gateway::config::MqttConfig {
                host: mqtt.ip().to_string(),
                port: mqtt.port(),
                password: SecretText::new(folder.mqtt_password(&username)?),
                username,
            },
            server: gateway::config::DistrictServerConfig {
                url: format!("http://{server}"),
                token: Some(SecretText::new(gateway_token(app, &site.garage).await?)),
                ca_file: None,
                plan_poll: gateway::config::PLAN_POLL,
            },
            http: None,
            devices: None,
            controls: HashMap::new(),
            events_per_second: gateway::config::EVENTS_PER_SECOND,
            unread_pause: gateway::config::UNREAD_PAUSE,
            fire_inputs: domain::fire::FireInputs::default(),
            lanes: site.lanes.iter().map(lane).collect::<Result<_, _>>()?,
        })
    }

    fn spawn<E: Into<anyhow::Error>>(
        &mut self,
        part: String,
        running: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        self.tasks.spawn(async move { running.await.map_err(|e| PartError { part, source: e.into() }) });
    }
}

fn flatten(ended: Result<Result<(), PartError>, tokio::task::JoinError>) -> Result<(), PartError> {
    ended.unwrap_or_else(|e| Err(PartError { part: "a part".to_owned(), source: e.into() }))
}

async fn gateway_token(app: &App, garage: &GarageId) -> anyhow::Result<String> {
    Ok(server::app::gateway_token::create(app, garage).await?)
}

/// Address for connections to this process's own listener: loopback for a listener on all addresses.
fn local(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn lane(lane: &SiteLane) -> anyhow::Result<LaneConfig> {
    let make = lane.camera.as_ref().map_or(Ok(LaneMake::Native), posting)?;
    Ok(LaneConfig {
        id: lane.id.clone(),
        name: lane.name.clone(),
        direction: lane.direction,
        device: lane.device.clone(),
        pass_by: lane.pass_by,
        make,
        reading: gateway::config::ReadingRules::default(),
    })
}

fn posting(camera: &SiteCamera) -> anyhow::Result<LaneMake> {
    let make = MakeRow::find(camera.make).with_context(|| format!("unknown make {}", camera.make))?;
    let device = ForeignDevice {
        make,
        address: Some(camera.address),
        serial: None,
        channel: None,
        inputs: DeviceInputs::default(),
    };
    Ok(LaneMake::Foreign(device))
}

/// The demo has no WeChat: a WeChat log-in fails as unreachable.
fn miniapp_config(listen: SocketAddr, server: SocketAddr, token: SecretSource) -> miniapp_api::MiniappConfig {
    use miniapp_api::config::{
        MiniappHttpConfig, MiniappLimitsConfig, MiniappLogConfig, ServerClientConfig, WechatConfig,
    };
    miniapp_api::MiniappConfig {
        http: MiniappHttpConfig {
            listen,
            operations_listen: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
        },
        server: ServerClientConfig { url: format!("http://{server}"), token: token.clone(), ca_file: None },
        wechat: WechatConfig {
            base_url: "http://127.0.0.1:9".to_owned(),
            appid: "demo".to_owned(),
            secret: token,
        },
        limits: MiniappLimitsConfig::default(),
        log: MiniappLogConfig::default(),
    }
}
