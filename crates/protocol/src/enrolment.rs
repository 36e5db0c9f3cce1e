//! Enrolment of a gateway: it authenticates once with a one-off code, then with its own credential, which it renews.
//!
//! `POST /gateway/v1/enroll` and `POST /gateway/v1/credential` both respond with 204 and no body. The gateway generates the credential, so
//! no response carries a secret, and the gateway can repeat a request whose response was lost.
//! The header [`RENEWAL`] on a response of `GET /gateway/v1/access-plan` requests a new credential.

use domain::ids::GarageId;
use serde::{Deserialize, Serialize};

/// Response header; its value is [`DUE`].
pub const RENEWAL: &str = "gateway-credential";
pub const DUE: &str = "renew";

/// Body of `POST /gateway/v1/enroll`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayEnrolment {
    /// The garage in the gateway's configuration. A code of another garage is refused and stays unused.
    pub garage: GarageId,
    /// The code as typed: case, spaces and hyphens do not matter.
    pub code: String,
    pub credential: GatewayCredential,
}

/// Body of `POST /gateway/v1/credential`: the next credential. The request authenticates with the present one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialRenewal {
    pub credential: GatewayCredential,
}

/// `pkg_` and 32 random bytes as base64url. The prefix identifies the kind of secret if one leaks into a log or a file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
pub struct GatewayCredential(String);

/// Contains no part of the rejected text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a gateway's credential is pkg_ and 43 characters of base64url")]
pub struct GatewayCredentialError;

impl GatewayCredential {
    pub const PREFIX: &'static str = "pkg_";

    /// Characters of 32 bytes in base64url without padding.
    const RANDOM: usize = 43;

    pub fn parse(text: &str) -> Result<Self, GatewayCredentialError> {
        let random = text.strip_prefix(Self::PREFIX).ok_or(GatewayCredentialError)?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if random.len() != Self::RANDOM || !random.bytes().all(allowed) {
            return Err(GatewayCredentialError);
        }
        Ok(Self(text.to_owned()))
    }

    /// For the one caller that passes it to a client or a hash.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for GatewayCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(***)")
    }
}

impl TryFrom<String> for GatewayCredential {
    type Error = GatewayCredentialError;

    fn try_from(text: String) -> Result<Self, GatewayCredentialError> {
        Self::parse(&text)
    }
}

impl From<GatewayCredential> for String {
    fn from(credential: GatewayCredential) -> Self {
        credential.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_random_enough_is_no_credential() {
        let good = format!("pkg_{}", "aZ-_9".repeat(9).get(..43).unwrap());
        assert_eq!(GatewayCredential::parse(&good).unwrap().expose(), good);
        assert_eq!(format!("{:?}", GatewayCredential::parse(&good).unwrap()), "Credential(***)");
        for bad in ["", "pkg_", "pkg_short", &good.replace("pkg", "pkx"), &good.replace('Z', "+")] {
            assert_eq!(GatewayCredential::parse(bad), Err(GatewayCredentialError), "{bad}");
        }
        assert!(GatewayCredential::parse(&format!("{good}a")).is_err());
    }
}
