//! A private certificate authority, made with `openssl` as an operator would, and a front that ends TLS before one of our
//! processes, as a web server would.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

const KEY: [&str; 4] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/// A certificate authority that only clients with its file trust.
#[derive(Debug)]
pub struct TestAuthority {
    folder: TempDir,
}

impl Default for TestAuthority {
    fn default() -> Self {
        Self::new()
    }
}

impl TestAuthority {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("authority-").tempdir().expect("a temporary folder");
        // A unique name: a certificate of another authority must fail for its signer and for nothing else.
        let name = format!("/CN=Private authority {}", uuid::Uuid::new_v4());
        let subject = ["-x509", "-nodes", "-days", "2", "-subj", &name];
        openssl(folder.path(), &["req"], &[&subject, &KEY, &["-keyout", "ca.key", "-out", "ca.pem"]]);
        Self { folder }
    }

    /// The authority's certificate, for clients to trust.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Issues a certificate for a server that is reached as `name`: `DNS:localhost` or `IP:127.0.0.1`.
    fn issue(&self, name: &str) -> ServerConfig {
        let folder = self.folder.path();
        let request = ["-nodes", "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr"];
        openssl(folder, &["req"], &[&request, &KEY]);
        let extensions =
            format!("subjectAltName={name}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n");
        fs::write(folder.join("server.ext"), extensions).expect("a file is written");
        let sign = ["-req", "-days", "2", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
        let files = ["-in", "server.csr", "-extfile", "server.ext", "-out", "server.pem"];
        openssl(folder, &["x509"], &[&sign, &files]);
        let chain = CertificateDer::pem_file_iter(folder.join("server.pem")).expect("a certificate");
        let chain = chain.collect::<Result<Vec<_>, _>>().expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().expect("TLS 1.2 and 1.3");
        config.with_no_client_auth().with_single_cert(chain, key).expect("the key is the certificate's")
    }
}

fn openssl(folder: &Path, command: &[&str], arguments: &[&[&str]]) {
    let mut program = Command::new("openssl");
    program.current_dir(folder).args(command).args(arguments.iter().copied().flatten());
    let output = program.output().expect("openssl runs; `cargo xtask test` installs it");
    assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
}

/// Terminates TLS and forwards everything to one upstream; stops when dropped.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    _stop: DropGuard,
}

impl TlsFront {
    /// Starts with a certificate of `authority` for `name`.
    pub async fn start(upstream: SocketAddr, authority: &TestAuthority, name: &str) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(authority.issue(name)));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port for the front");
        let address = listener.local_addr().expect("the front has an address");
        let stop = CancellationToken::new();
        tokio::spawn(accept(listener, acceptor, upstream, stop.clone()));
        Self { address, _stop: stop.drop_guard() }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, upstream: SocketAddr, stop: CancellationToken) {
    while let Some(Ok((client, _))) = stop.run_until_cancelled(listener.accept()).await {
        let (acceptor, stop) = (acceptor.clone(), stop.clone());
        tokio::spawn(async move { stop.run_until_cancelled(forward(client, acceptor, upstream)).await });
    }
}

/// On any failure the client sees a closed connection.
async fn forward(client: TcpStream, acceptor: TlsAcceptor, upstream: SocketAddr) {
    let Ok(mut client) = acceptor.accept(client).await else { return };
    let Ok(mut server) = TcpStream::connect(upstream).await else { return };
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}
