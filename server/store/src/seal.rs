//! Personal data at rest: sealed with a key that is not in the database, found by keyed hash (invariant 9).
//!
//! A sealed value is `1 | nonce (12) | ciphertext and tag` of AES-256-GCM; the first byte is the format. The purpose
//! (such as `person.name`) is authenticated with it, so that a value cannot be moved to another column. A keyed hash
//! is HMAC-SHA-256 over purpose and value: equal values are found without being readable, and a plate's hash reveals
//! nothing about an openid's.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hkdf, hmac};

const FORMAT: u8 = 1;

/// The master key, 32 bytes; sealing and hashing keys are derived from it.
pub struct SealingKeyring {
    sealing: LessSafeKey,
    hashing: hmac::Key,
    random: SystemRandom,
}

/// Sealing or opening failed. The error has no reason, because a reason would only help an attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealing or opening failed")]
pub struct SealError;

/// The kind of a value; it is authenticated with the value and part of its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealPurpose {
    Plate,
    PersonName,
    PupilName,
    Key,
    OpenId,
    BindCode,
    GatewayCode,
    DeadLetter,
    KeyCheck,
}

impl SealPurpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Plate => b"plate",
            Self::PersonName => b"person.name",
            Self::PupilName => b"pupil.name",
            Self::Key => b"school.key",
            Self::OpenId => b"openid",
            Self::BindCode => b"bind.code",
            Self::GatewayCode => b"gateway.code",
            Self::DeadLetter => b"dead.letter",
            Self::KeyCheck => b"key.check",
        }
    }
}

/// A value as the database stores it: readable with the key, found by its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedValue {
    pub hash: Vec<u8>,
    pub enc: Vec<u8>,
}

impl std::fmt::Debug for SealedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed")
    }
}

struct KeyLength;

impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

impl SealingKeyring {
    pub const KEY_LEN: usize = 32;

    pub fn new(master: &[u8; Self::KEY_LEN]) -> Result<Self, SealError> {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, b"shared-parking").extract(master);
        let derive = |info: &'static [u8]| -> Result<[u8; 32], SealError> {
            let mut key = [0; 32];
            let info = [info];
            let derived = extracted.expand(&info, KeyLength).map_err(|_| SealError)?;
            derived.fill(&mut key).map_err(|_| SealError)?;
            Ok(key)
        };
        let sealing = UnboundKey::new(&AES_256_GCM, &derive(b"sealing")?).map_err(|_| SealError)?;
        Ok(Self {
            sealing: LessSafeKey::new(sealing),
            hashing: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"hashing")?),
            random: SystemRandom::new(),
        })
    }

    pub fn seal(&self, purpose: SealPurpose, text: &str) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| SealError)?;
        let mut body = text.as_bytes().to_vec();
        let aad = Aad::from(purpose.label());
        self.sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body)
            .map_err(|_| SealError)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + body.len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut body);
        Ok(sealed)
    }

    pub fn open(&self, purpose: SealPurpose, sealed: &[u8]) -> Result<String, SealError> {
        let (&format, rest) = sealed.split_first().ok_or(SealError)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(SealError)?;
        if format != FORMAT {
            return Err(SealError);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let mut body = body.to_vec();
        let plain = self
            .sealing
            .open_in_place(nonce, Aad::from(purpose.label()), &mut body)
            .map_err(|_| SealError)?;
        String::from_utf8(plain.to_vec()).map_err(|_| SealError)
    }

    /// Ciphertext and keyed hash together, for a column pair `_enc` and `_hash`.
    pub fn sealed(&self, purpose: SealPurpose, text: &str) -> Result<SealedValue, SealError> {
        Ok(SealedValue { hash: self.hash(purpose, text), enc: self.seal(purpose, text)? })
    }

    pub fn hash(&self, purpose: SealPurpose, text: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.hashing);
        context.update(purpose.label());
        context.update(&[0]);
        context.update(text.as_bytes());
        context.sign().as_ref().to_vec()
    }
}

/// Hash of a random token for the database: 256 random bits need no key and no stretching.
pub fn token_hash(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_for_its_purpose_and_key() {
        let keys = SealingKeyring::new(&[7; 32]).unwrap();
        let sealed = keys.seal(SealPurpose::PupilName, "王小明").unwrap();
        assert_eq!(keys.open(SealPurpose::PupilName, &sealed).unwrap(), "王小明");
        assert_eq!(keys.open(SealPurpose::PersonName, &sealed), Err(SealError));
        assert_eq!(
            SealingKeyring::new(&[8; 32]).unwrap().open(SealPurpose::PupilName, &sealed),
            Err(SealError)
        );
        assert!(!sealed.windows(3).any(|w| w == "王".as_bytes()));
    }

    #[test]
    fn damage_is_noticed() {
        let keys = SealingKeyring::new(&[7; 32]).unwrap();
        let mut sealed = keys.seal(SealPurpose::Plate, "鲁B12345").unwrap();
        if let Some(last) = sealed.last_mut() {
            *last ^= 1;
        }
        assert_eq!(keys.open(SealPurpose::Plate, &sealed), Err(SealError));
        assert_eq!(keys.open(SealPurpose::Plate, &[]), Err(SealError));
        assert_eq!(keys.open(SealPurpose::Plate, &[1, 2, 3]), Err(SealError));
    }

    #[test]
    fn a_hash_finds_equals_and_keeps_purposes_apart() {
        let keys = SealingKeyring::new(&[7; 32]).unwrap();
        assert_eq!(keys.hash(SealPurpose::Plate, "a"), keys.hash(SealPurpose::Plate, "a"));
        assert_ne!(keys.hash(SealPurpose::Plate, "a"), keys.hash(SealPurpose::OpenId, "a"));
    }
}
