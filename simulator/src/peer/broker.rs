//! A Mosquitto of a test's own that may be killed and started again on its port.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

pub struct Broker {
    pub port: u16,
    process: Child,
}

impl Broker {
    pub async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let broker = Self { port, process: spawn(port) };
        broker.ready().await;
        broker
    }

    pub async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    pub async fn restart(&mut self) {
        self.process = spawn(self.port);
        self.ready().await;
    }

    async fn ready(&self) {
        let end = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(Instant::now() < end, "mosquitto does not listen; is it installed?");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn spawn(port: u16) -> Child {
    // Without a configuration file it listens on the loopback only and lets anybody in.
    Command::new("mosquitto")
        .args(["-p", &port.to_string()])
        .env("PATH", "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("mosquitto cannot be started; the tests need it")
}
