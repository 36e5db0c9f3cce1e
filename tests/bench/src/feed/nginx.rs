//! Debian's nginx with one file, and the same file compressed beforehand, as its manual advises.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use testkit::process::{TestProcess, TestProgram, status_of};
use testkit::{port, wait};

const NAME: &str = "parking-sites.json";

pub(super) struct NginxFileServer {
    address: SocketAddr,
    child: TestProcess,
    _folder: TempDir,
}

impl NginxFileServer {
    pub(super) async fn start(bytes: &[u8]) -> Self {
        let folder = tempfile::Builder::new().prefix("nginx-").tempdir().expect("a temporary folder");
        let address: SocketAddr = (Ipv4Addr::LOCALHOST, port::free()).into();
        let file = folder.path().join(NAME);
        fs::write(&file, bytes).expect("the file is written");
        let gzip = Command::new("gzip").arg("--keep").arg(&file).stderr(Stdio::null()).status();
        assert!(gzip.is_ok_and(|status| status.success()), "gzip compresses a file");
        let conf = folder.path().join("nginx.conf");
        fs::write(&conf, configuration(folder.path(), address)).expect("the configuration is written");
        let child = TestProgram::at("/usr/sbin/nginx")
            .args(["-p".into(), folder.path().as_os_str().to_owned(), "-c".into(), conf.into_os_string()])
            .start();
        let path = format!("/{NAME}");
        wait::until(Duration::from_secs(20), "nginx answers", async || {
            (status_of(address, &path).await? == 200).then_some(())
        })
        .await;
        Self { address, child, _folder: folder }
    }

    /// Stops the master with SIGTERM: one that is killed leaves its workers running.
    pub(super) async fn stop(mut self) {
        self.child.stop(Duration::from_secs(10)).await;
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/{NAME}", self.address)
    }
}

/// As many workers as cores, files by the kernel, nothing logged.
fn configuration(folder: &Path, listen: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "daemon off;\nworker_processes auto;\npid {folder}/nginx.pid;\nerror_log stderr warn;\nuser root;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  keepalive_requests 1000000000;\n\
         types {{ application/json json; }}\n  open_file_cache max=16;\n\
         client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;\n\
         uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;\n\
         server {{\n    listen {listen};\n    root {folder};\n    gzip_static on;\n    gzip_vary on;\n\
         add_header Cache-Control \"public, max-age=5\";\n  }}\n}}\n"
    )
}
