//! The identities: sets of credentials as a caller could have them.

use protocol::people::SESSION_HEADER;
use server::app::operator::session as operator_session;
use server::app::{import, session};
use testkit::authorization::call::MatrixIdentity;
use testkit::authorization::{self, IdentityGroup};

use super::scene::MatrixScene;

/// The columns of every table, from left to right.
pub(super) const GROUPS: &[IdentityGroup] = &[
    &[('n', "no credentials and no header of the console"), ('g', "invented tokens everywhere")],
    &[
        ('s', "service token without a session"),
        ('t', "replaced service token, session of teacher `A`"),
        ('u', "session of teacher `A` without the service token"),
    ],
    &[('e', "service token, expired session"), ('r', "service token, session that was ended")],
    &[
        ('A', "service token, session of the teacher of class A"),
        ('B', "the same for the teacher of class B of the same school"),
        ('X', "for a teacher of another school"),
        ('M', "for a guardian of the child in class A and of its sibling in class B"),
        ('F', "for the child's other guardian"),
        ('O', "for a guardian of another child in class A"),
        ('K', "for a guardian with a custody block for the child, who is the sibling's guardian"),
        ('D', "for a driver without a child"),
        ('H', "for the hall screen of the school"),
        ('Y', "for the hall screen of another school"),
    ],
    &[
        ('1', "session cookie of the operator of garage 1, with the console's header"),
        ('2', "the same for the operator of garage 2"),
        ('c', "cookie of the operator of garage 1 without the console's header"),
        ('E', "expired cookie of the operator of garage 1"),
        ('p', "session of teacher `A` in the operator's cookie"),
        ('q', "service token, an operator's session in place of a person's"),
    ],
    &[
        ('G', "token of the gateway of garage 1"),
        ('W', "token of the gateway of garage 2"),
        ('R', "replaced token of the gateway of garage 1"),
        ('S', "token of the gateway of garage 1 in place of the service token, session of teacher `A`"),
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

/// Credentials that no request can end.
#[derive(Debug, Default, Clone)]
pub(super) struct LastingTokens {
    pub service: String,
    pub replaced_service: String,
    pub expired_session: String,
    pub ended_session: String,
    pub expired_operator: String,
    pub north_gateway: String,
    pub south_gateway: String,
    pub replaced_gateway: String,
}

/// A session of the person with this key.
pub(super) async fn person(scene: &MatrixScene, key: &str) -> String {
    let person = import::person_id(&scene.app, key).await.unwrap().unwrap();
    session::issue(&scene.app, person).await.unwrap().token
}

async fn people(scene: &MatrixScene) -> Vec<String> {
    let mut tokens = Vec::new();
    for key in PEOPLE {
        tokens.push(match key {
            Some(key) => person(scene, key).await,
            None => session::issue(&scene.app, scene.driver).await.unwrap().token,
        });
    }
    tokens
}

/// Every identity in the order of [`GROUPS`], with new sessions: a row may end one.
pub(super) async fn all(scene: &MatrixScene) -> Vec<MatrixIdentity> {
    let fixed = &scene.tokens;
    let north = operator_session::issue(&scene.app, "north-operator").await.unwrap();
    let south = operator_session::issue(&scene.app, "south-operator").await.unwrap();
    let people = people(scene).await;
    let teacher = &people[0];
    let (nothing, console) = (MatrixIdentity::default, || MatrixIdentity::default().console());
    let service = || console().bearer(&fixed.service);
    let mut all = vec![
        nothing(),
        console().bearer("invented").with(SESSION_HEADER, "invented").cookie("invented"),
        service(),
        console().bearer(&fixed.replaced_service).with(SESSION_HEADER, teacher),
        console().with(SESSION_HEADER, teacher),
        service().with(SESSION_HEADER, &fixed.expired_session),
        service().with(SESSION_HEADER, &fixed.ended_session),
    ];
    all.extend(people.iter().map(|token| service().with(SESSION_HEADER, token)));
    all.extend([
        console().cookie(&north),
        console().cookie(&south),
        nothing().cookie(&north),
        console().cookie(&fixed.expired_operator),
        console().cookie(teacher),
        service().with(SESSION_HEADER, &north),
        console().bearer(&fixed.north_gateway),
        console().bearer(&fixed.south_gateway),
        console().bearer(&fixed.replaced_gateway),
        console().bearer(&fixed.north_gateway).with(SESSION_HEADER, teacher),
    ]);
    assert_eq!(all.len(), count());
    all
}
