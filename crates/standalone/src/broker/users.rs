//! Who may connect, and what each user may publish and subscribe to. What is not granted is denied.
//!
//! Device passwords are long random strings made by us, so a keyed digest with a key that lives only in this process is
//! enough and costs microseconds; a slow password hash would make hundreds of controllers wait minutes after a restart.
//! Digests are compared in constant time, and an unknown user costs the same comparison as a wrong password.

use std::collections::HashMap;

use ring::hmac;
use ring::rand::SystemRandom;

use super::filter::TopicFilter;
use super::{BrokerError, BrokerUser};

pub(super) struct Users {
    key: hmac::Key,
    nobody: hmac::Tag,
    by_name: HashMap<String, User>,
}

struct User {
    password: hmac::Tag,
    publish: Vec<TopicFilter>,
    subscribe: Vec<TopicFilter>,
}

impl Users {
    pub(super) fn new(users: Vec<BrokerUser>) -> Result<Self, BrokerError> {
        let key =
            hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| BrokerError::Random)?;
        let nobody = hmac::sign(&key, b"");
        let mut by_name = HashMap::with_capacity(users.len());
        for user in users {
            let known = User::new(&key, &user)?;
            if by_name.insert(user.username.clone(), known).is_some() {
                return Err(BrokerError::DuplicateUser { username: user.username });
            }
        }
        Ok(Self { key, nobody, by_name })
    }

    /// The user's name as this table spells it, if the password is right.
    pub(super) fn verify(&self, username: &str, password: &[u8]) -> Option<&str> {
        let user = self.by_name.get_key_value(username);
        let expected = user.map_or(&self.nobody, |(_, user)| &user.password);
        let right = hmac::verify(&self.key, password, expected.as_ref()).is_ok();
        user.filter(|_| right).map(|(name, _)| name.as_str())
    }

    pub(super) fn contains(&self, username: &str) -> bool {
        self.by_name.contains_key(username)
    }

    pub(super) fn may_publish(&self, username: &str, topic: &str) -> bool {
        let Some(user) = self.by_name.get(username) else { return false };
        TopicFilter::parse_topic(topic).is_some_and(|t| user.publish.iter().any(|granted| granted.covers(&t)))
    }

    pub(super) fn may_subscribe(&self, username: &str, filter: &str) -> bool {
        let Some(user) = self.by_name.get(username) else { return false };
        TopicFilter::parse(filter).is_some_and(|f| user.subscribe.iter().any(|granted| granted.covers(&f)))
    }
}

impl User {
    fn new(key: &hmac::Key, user: &BrokerUser) -> Result<Self, BrokerError> {
        if user.username.is_empty() || user.password.is_empty() {
            return Err(BrokerError::EmptyCredential { username: user.username.clone() });
        }
        Ok(Self {
            password: hmac::sign(key, user.password.as_bytes()),
            publish: filters(&user.username, &user.publish)?,
            subscribe: filters(&user.username, &user.subscribe)?,
        })
    }
}

fn filters(username: &str, texts: &[String]) -> Result<Vec<TopicFilter>, BrokerError> {
    let parse = |text: &String| {
        TopicFilter::parse(text)
            .ok_or_else(|| BrokerError::Filter { username: username.to_owned(), filter: text.clone() })
    };
    texts.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn user(name: &str, publish: &str) -> BrokerUser {
        BrokerUser::new(name, "secret", vec![publish.to_owned()], vec![])
    }

    #[test]
    fn only_the_right_password_of_a_known_user_passes() {
        let users = Users::new(vec![user("a", "t")]).unwrap();
        assert_eq!(users.verify("a", b"secret"), Some("a"));
        assert_eq!(users.verify("a", b"secre"), None);
        assert_eq!(users.verify("b", b"secret"), None);
        assert_eq!(users.verify("b", b""), None);
    }

    #[test]
    fn a_table_that_cannot_be_right_is_refused() {
        assert!(matches!(
            Users::new(vec![user("a", "t"), user("a", "t")]),
            Err(BrokerError::DuplicateUser { .. })
        ));
        assert!(matches!(Users::new(vec![user("a", "t#")]), Err(BrokerError::Filter { .. })));
        assert!(matches!(Users::new(vec![user("", "t")]), Err(BrokerError::EmptyCredential { .. })));
    }
}
