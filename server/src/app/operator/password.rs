//! Passwords: argon2id with its crate's parameters (19 MiB, 2 passes), computed off the async threads and with limited
//! concurrency.

use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};

use super::OperatorLogInState;
use crate::app::token::{RandomError, random};

/// Longest wait for a permit; after that the log-in fails as busy.
const TURN: Duration = Duration::from_secs(5);

/// A hash of an unknown password. It is compared where there is no account, so that the response takes as long.
const UNKNOWN_PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2hhcmVkLXBhcmtpbmctMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("a password has 8 to 128 characters")]
    Length,
    #[error("too many log-ins at once")]
    Busy,
    #[error("a password could not be hashed")]
    Hash,
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// A new password's hash, in the PHC string format.
pub(super) async fn hash(operators: &OperatorLogInState, password: String) -> Result<String, PasswordError> {
    if !(8..=128).contains(&password.chars().count()) {
        return Err(PasswordError::Length);
    }
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(|_| PasswordError::Hash)?;
    let hashed = in_turn(operators, move || {
        Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    hashed.await?.map_err(|_| PasswordError::Hash)
}

/// Whether `password` matches `stored`. Without a stored hash it is wrong after as much work.
pub(super) async fn matches(
    operators: &OperatorLogInState,
    password: String,
    stored: Option<String>,
) -> Result<bool, PasswordError> {
    in_turn(operators, move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| UNKNOWN_PASSWORD_HASH.to_owned());
        let Ok(hash) = PasswordHash::new(&stored) else { return false };
        Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known
    })
    .await
}

async fn in_turn<T: Send + 'static>(
    operators: &OperatorLogInState,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PasswordError> {
    let turn = tokio::time::timeout(TURN, operators.hashing.clone().acquire_owned()).await;
    let turn = turn.map_err(|_| PasswordError::Busy)?.map_err(|_| PasswordError::Busy)?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    done.await.map_err(|_| PasswordError::Hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparing_with_nobody_is_real_work() {
        assert!(PasswordHash::new(UNKNOWN_PASSWORD_HASH).unwrap().hash.is_some());
    }
}
