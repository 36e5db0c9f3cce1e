use std::os::unix::fs::PermissionsExt;

use super::*;

fn enrolled(folder: &Path) -> GatewayCredential {
    let first = file::make().unwrap();
    CredentialFile { current: Some(first.expose().to_owned()), next: None }.save(folder).unwrap();
    first
}

fn secret(of: &GatewayCredential) -> SecretText {
    SecretText::new(of.expose())
}

#[test]
fn a_box_that_is_not_known_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let message = |folder: &Path| BoxIdentity::own(folder).unwrap_err().to_string();
    assert!(message(folder.path()).contains("gateway enroll --config FILE"));
    CredentialFile { current: None, next: Some(file::make().unwrap()) }.save(folder.path()).unwrap();
    assert!(message(folder.path()).contains("again with the same code"));
    std::fs::write(file::path(folder.path()), "{").unwrap();
    assert!(message(folder.path()).contains("enrol this box again"));
}

#[test]
fn the_file_is_for_its_owner_and_shows_nothing_in_logs() {
    let folder = tempfile::tempdir().unwrap();
    let first = enrolled(folder.path());
    let mode = std::fs::metadata(file::path(folder.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let identity = BoxIdentity::own(folder.path()).unwrap();
    assert!(!format!("{identity:?}").contains(first.expose()));
}

#[test]
fn a_crash_between_making_and_using_keeps_both() {
    let folder = tempfile::tempdir().unwrap();
    let first = enrolled(folder.path());
    let next = BoxIdentity::own(folder.path()).unwrap().next().unwrap();
    let restarted = BoxIdentity::own(folder.path()).unwrap();
    assert!(restarted.is_due());
    assert_eq!((restarted.current(), restarted.next().unwrap()), (secret(&first), next.clone()));
    restarted.adopt(&next).unwrap();
    let again = BoxIdentity::own(folder.path()).unwrap();
    assert!(!again.is_due());
    assert_eq!(again.current(), secret(&next));
}

#[test]
fn a_late_answer_to_the_old_credential_renews_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = enrolled(folder.path());
    let identity = BoxIdentity::own(folder.path()).unwrap();
    identity.renew(secret(&first));
    assert!(identity.is_due());
    let next = identity.next().unwrap();
    identity.adopt(&next).unwrap();
    identity.renew(secret(&first));
    assert!(!identity.is_due());
}

#[test]
fn a_token_of_the_configuration_stays() {
    let identity = BoxIdentity::new(SecretText::new("token"), None, None);
    identity.renew(SecretText::new("token"));
    assert!(!identity.is_due());
}
