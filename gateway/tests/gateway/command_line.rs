//! The binary: exit codes, the named field, the broker's files.

use std::path::Path;
use std::process::{Command, Output};

fn gateway(args: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_gateway")).args(args).env("SECRET", "s3cret").output();
    program.unwrap()
}

fn config(folder: &Path, device: &str) -> String {
    let path = folder.join("gateway.toml");
    let text = format!(
        r#"
garage = "g"
data_dir = "{}"
[mqtt]
password = {{ env = "SECRET" }}
sign_password = {{ env = "SECRET" }}
[server]
url = "https://parking.example"
token = {{ env = "SECRET" }}
[[lane]]
id = "in"
name = "in"
direction = "in"
device = "in"
device_password = {{ env = "SECRET" }}
[[lane]]
id = "out"
name = "out"
direction = "out"
device = "{device}"
device_password = {{ env = "SECRET" }}
"#,
        folder.display()
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_right_configuration_is_fine_and_a_wrong_one_names_its_field() {
    let dir = tempfile::tempdir().unwrap();
    let good = gateway(&["check-config", "--config", &config(dir.path(), "out")]);
    assert_eq!(good.status.code(), Some(0), "{}", String::from_utf8_lossy(&good.stderr));
    for command in ["check-config", "run"] {
        let bad = gateway(&[command, "--config", &config(dir.path(), "in")]);
        assert_eq!(bad.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&bad.stderr).contains("`lane[1].device`"));
    }
    assert_eq!(gateway(&["check-config", "--config", "/nowhere"]).status.code(), Some(2));
}

#[test]
fn the_version_has_a_revision() {
    let output = gateway(&["--version"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let revision = text.strip_prefix(concat!("gateway ", env!("CARGO_PKG_VERSION"), " ("));
    let revision = revision.and_then(|rest| rest.strip_suffix(")\n")).unwrap_or_else(|| panic!("{text}"));
    assert!(!revision.is_empty() && revision.chars().all(char::is_alphanumeric), "{text}");
}

#[tokio::test]
async fn a_newer_versions_data_folder_is_refused() {
    use sqlx::{ConnectOptions, Connection};
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("outbox.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut newer = options.connect().await.unwrap();
    sqlx::raw_sql("create table outbox (seq integer); pragma user_version = 9000")
        .execute(&mut newer)
        .await
        .unwrap();
    newer.close().await.unwrap();
    let refused = gateway(&["run", "--config", &config(dir.path(), "out")]);
    let error = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{error}");
    for word in [
        &*file.display().to_string(),
        "it has format 9000",
        "knows formats 1 to 2",
        "Start the newer version",
    ] {
        assert!(error.contains(word), "no {word:?} in: {error}");
    }
}

#[test]
fn the_brokers_files_name_every_user_and_no_password() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("broker");
    let out_text = out.display().to_string();
    let done = gateway(&["mosquitto-files", "--config", &config(dir.path(), "out"), "--out", &out_text]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let passwords = read("passwordfile");
    for user in ["g.gateway", "g.sign", "g.in", "g.out"] {
        assert!(passwords.contains(&format!("{user}:$7$")), "{user}");
        assert!(read("aclfile").contains(&format!("user {user}\n")), "{user}");
    }
    assert!(!passwords.contains("s3cret"));
    assert!(read("mosquitto.conf").contains("allow_anonymous false"));
}
