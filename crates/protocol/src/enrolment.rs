//! A garage's box makes itself known to the server: first with a one-off code, then with a credential of its own, which
//! it renews.
//!
//! `POST /gateway/v1/enroll` and `POST /gateway/v1/credential`, both answered with 204 and nothing else: the box makes
//! the credential, so no answer carries a secret, and a request whose answer was lost is sent again as it is.
//! [`RENEWAL`] on any answer of `GET /gateway/v1/access-plan` asks for a new one.

use domain::ids::GarageId;
use serde::{Deserialize, Serialize};

/// Header of an answer; its value is [`DUE`].
pub const RENEWAL: &str = "gateway-credential";
pub const DUE: &str = "renew";

/// The first contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// As in the box's configuration: a code of another garage is refused and stays unused.
    pub garage: GarageId,
    /// As it was typed: case, spaces and hyphens do not matter.
    pub code: String,
    pub credential: Credential,
}

/// What the gateway will use next, offered with the one that it uses now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCredential {
    pub credential: Credential,
}

/// 32 random bytes as base64url, behind a prefix that says in a log or a file what kind of secret leaked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Credential(String);

/// It does not show what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a gateway's credential is pkg_ and 43 characters of base64url")]
pub struct CredentialError;

impl Credential {
    pub const PREFIX: &'static str = "pkg_";

    /// Characters of 32 bytes in base64url without padding.
    const RANDOM: usize = 43;

    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        let random = text.strip_prefix(Self::PREFIX).ok_or(CredentialError)?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if random.len() != Self::RANDOM || !random.bytes().all(allowed) {
            return Err(CredentialError);
        }
        Ok(Self(text.to_owned()))
    }

    /// For the one place that hands it to a client or a hash.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(***)")
    }
}

impl TryFrom<String> for Credential {
    type Error = CredentialError;

    fn try_from(text: String) -> Result<Self, CredentialError> {
        Self::parse(&text)
    }
}

impl From<Credential> for String {
    fn from(credential: Credential) -> Self {
        credential.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_random_enough_is_no_credential() {
        let good = format!("pkg_{}", "aZ-_9".repeat(9).get(..43).unwrap());
        assert_eq!(Credential::parse(&good).unwrap().expose(), good);
        assert_eq!(format!("{:?}", Credential::parse(&good).unwrap()), "Credential(***)");
        for bad in ["", "pkg_", "pkg_short", &good.replace("pkg", "pkx"), &good.replace('Z', "+")] {
            assert_eq!(Credential::parse(bad), Err(CredentialError), "{bad}");
        }
        assert!(Credential::parse(&format!("{good}a")).is_err());
    }
}
