//! TCP listeners, with errors that suggest a remedy.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

#[derive(Debug, thiserror::Error)]
pub enum SocketBindError {
    #[error(
        "address {address} is already taken by another program; choose another one \
         (`listen` in the configuration file, or `--port-base` of the demo)"
    )]
    Taken { address: SocketAddr },
    #[error("this user may not listen on {address}; choose a port from 1024 on")]
    Forbidden { address: SocketAddr },
    #[error("{address} is not an address of this machine; choose one that is, such as 0.0.0.0:{port}", port = address.port())]
    NotOurs { address: SocketAddr },
    #[error("cannot listen on {address}")]
    Other { address: SocketAddr, source: io::Error },
}

/// Listens on `address`; port 0 takes any free port.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, SocketBindError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => SocketBindError::Taken { address },
        io::ErrorKind::PermissionDenied => SocketBindError::Forbidden { address },
        io::ErrorKind::AddrNotAvailable => SocketBindError::NotOurs { address },
        _ => SocketBindError::Other { address, source },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_a_way_out() {
        let first = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = first.local_addr().unwrap();
        let message = bind(address).await.unwrap_err().to_string();
        assert!(message.contains(&address.to_string()), "{message}");
        assert!(message.contains("--port-base"), "{message}");
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_refused_with_a_hint() {
        let message = bind(([192, 0, 2, 1], 4711).into()).await.unwrap_err().to_string();
        assert!(message.contains("0.0.0.0:4711"), "{message}");
    }
}
