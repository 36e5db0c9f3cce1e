//! The identities at the mini-program's API: sets of credentials as a phone, or another caller, could have them.

use server::app::operator::session as operator_session;
use server::app::{import, session};
use testkit::authorization::call::MatrixIdentity;
use testkit::authorization::{self, IdentityGroup};

use super::scene::MiniappScene;

/// The columns of every table, from left to right.
pub(super) const GROUPS: &[IdentityGroup] = &[
    &[('n', "no credentials"), ('g', "an invented token")],
    &[('e', "expired session"), ('r', "session that was ended")],
    &[
        ('A', "session of the teacher of class A"),
        ('B', "of the teacher of class B of the same school"),
        ('X', "of a teacher of another school"),
        ('M', "of a guardian of the child in class A and of its sibling in class B"),
        ('F', "of the child's other guardian"),
        ('O', "of a guardian of another child in class A"),
        ('K', "of a guardian with a custody block for the child, who is the sibling's guardian"),
        ('D', "of a driver without a child"),
        ('H', "of the hall screen of the school"),
        ('Y', "of the hall screen of another school"),
    ],
    &[
        ('v', "service token of miniapp-api"),
        ('o', "an operator's session as a person's"),
        ('W', "token of a gateway"),
        ('c', "an operator's cookie, with the console's header"),
    ],
];

pub(super) fn letters() -> String {
    authorization::letters(GROUPS)
}

pub(super) fn count() -> usize {
    GROUPS.iter().map(|group| group.len()).sum()
}

/// Keys of the people in the column order of [`GROUPS`]; the driver has none.
const PEOPLE: [Option<&str>; 10] = [
    Some("T-A"),
    Some("T-B"),
    Some("T-X"),
    Some("G-mother"),
    Some("G-father"),
    Some("G-other"),
    Some("G-blocked"),
    None,
    Some("H-north"),
    Some("H-south"),
];

/// A session of the person with this key.
pub(super) async fn person(scene: &MiniappScene, key: &str) -> String {
    let person = import::person_id(&scene.app, key).await.unwrap().unwrap();
    session::issue(&scene.app, person).await.unwrap().token
}

/// Every identity in the order of [`GROUPS`], with new sessions: a row may end one.
pub(super) async fn all(scene: &MiniappScene) -> Vec<MatrixIdentity> {
    let operator = operator_session::issue(&scene.app, "north-operator").await.unwrap();
    let bearer = |token: &str| MatrixIdentity::default().bearer(token);
    let mut all = vec![
        MatrixIdentity::default(),
        bearer("invented"),
        bearer(&scene.expired_session),
        bearer(&scene.ended_session),
    ];
    for key in PEOPLE {
        let token = match key {
            Some(key) => person(scene, key).await,
            None => session::issue(&scene.app, scene.driver).await.unwrap().token,
        };
        all.push(bearer(&token));
    }
    all.extend([
        bearer(&scene.service),
        bearer(&operator),
        bearer(&scene.gateway),
        MatrixIdentity::default().console().cookie(&operator),
    ]);
    assert_eq!(all.len(), count());
    all
}
