//! Random tokens and codes, from the system's random numbers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};

/// The system returned no random numbers.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no random numbers")]
pub struct RandomError;

/// Letters and digits that are not mistaken for another when a code is read from paper.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// 32 random bytes as base64url: cannot be guessed, so a plain hash of it is enough at rest.
pub(super) fn random_token() -> Result<String, RandomError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// 50 bits in two groups, such as `K7PQ2-M9XWD`: guessing is limited by attempts, not by length alone.
pub(super) fn random_code() -> Result<String, RandomError> {
    let mut code: String = random::<10>()?.iter().filter_map(letter).collect();
    code.insert(5, '-');
    Ok(code)
}

fn letter(byte: &u8) -> Option<char> {
    ALPHABET.get(usize::from(byte % 32)).map(|&c| char::from(c))
}

/// Normal form for comparisons: typed codes have lower-case letters, spaces or no hyphen.
pub(super) fn normal_code(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_typed() {
        let code = random_code().unwrap();
        assert_eq!(code.len(), 11);
        assert_eq!(normal_code(&code.to_lowercase().replace('-', " ")), normal_code(&code));
        assert_ne!(random_code().unwrap(), code);
    }
}
