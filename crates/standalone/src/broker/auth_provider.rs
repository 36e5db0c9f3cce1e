//! Authentication and topic permissions. `mqtt5` calls them for every CONNECT, PUBLISH, SUBSCRIBE and will.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use mqtt5::broker::{AuthProvider, AuthResult};
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::protocol::v5::reason_codes::ReasonCode;

use super::denials::{BrokerAction, DenialLog, UNKNOWN};
use super::users::BrokerUserTable;

pub(super) struct BrokerAuthProvider {
    users: BrokerUserTable,
    denials: DenialLog,
}

type AuthFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl BrokerAuthProvider {
    pub(super) fn new(users: BrokerUserTable) -> Self {
        Self { users, denials: DenialLog::default() }
    }

    fn log_in(&self, connect: &ConnectPacket) -> AuthResult {
        let (Some(name), Some(password)) = (&connect.username, &connect.password) else {
            return self.refuse(UNKNOWN, BrokerAction::Connect, "no user name and password");
        };
        let Some(user) = self.users.verify(name, password) else {
            let known = if self.users.contains(name) { name } else { UNKNOWN };
            return self.refuse(known, BrokerAction::Connect, "wrong user name or password");
        };
        // A second connection with the same client id ends the first, so no client may use another user's name as its id.
        if connect.client_id != user && self.users.contains(&connect.client_id) {
            return self.refuse(user, BrokerAction::Connect, "the client id is another user's name");
        }
        // The will is checked here, as in Mosquitto: otherwise it would be dropped silently when the controller disconnects.
        match &connect.will {
            Some(will) if !self.users.may_publish(user, &will.topic) => {
                self.refuse(user, BrokerAction::Will, &will.topic)
            }
            _ => AuthResult::success_with_user(user),
        }
    }

    fn refuse(&self, username: &str, action: BrokerAction, object: &str) -> AuthResult {
        self.denials.record(username, action, object);
        AuthResult::fail(match action {
            BrokerAction::Connect => ReasonCode::BadUsernameOrPassword,
            BrokerAction::Will | BrokerAction::Publish | BrokerAction::Subscribe => ReasonCode::NotAuthorized,
        })
    }

    fn permit(&self, user: Option<&str>, action: BrokerAction, object: &str) -> bool {
        let name = user.unwrap_or(UNKNOWN);
        let permitted = match action {
            BrokerAction::Subscribe => self.users.may_subscribe(name, object),
            BrokerAction::Publish | BrokerAction::Will => self.users.may_publish(name, object),
            BrokerAction::Connect => false,
        };
        if !permitted {
            self.denials.record(name, action, object);
        }
        permitted
    }
}

impl AuthProvider for BrokerAuthProvider {
    fn authenticate<'a>(
        &'a self,
        connect: &'a ConnectPacket,
        _client_addr: SocketAddr,
    ) -> AuthFuture<'a, mqtt5::Result<AuthResult>> {
        Box::pin(async move { Ok(self.log_in(connect)) })
    }

    fn authorize_publish<'a>(
        &'a self,
        _client_id: &str,
        user_id: Option<&'a str>,
        topic: &'a str,
    ) -> AuthFuture<'a, bool> {
        Box::pin(async move { self.permit(user_id, BrokerAction::Publish, topic) })
    }

    fn authorize_subscribe<'a>(
        &'a self,
        _client_id: &str,
        user_id: Option<&'a str>,
        topic_filter: &'a str,
    ) -> AuthFuture<'a, bool> {
        Box::pin(async move { self.permit(user_id, BrokerAction::Subscribe, topic_filter) })
    }
}
