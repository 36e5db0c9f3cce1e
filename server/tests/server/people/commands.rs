//! The binary's commands and their exit codes.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::people::district::{FAMILY_CAR, district};

/// A folder with a key, a configuration on SQLite and a district file.
struct CommandSite(TempDir);

impl CommandSite {
    fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        assert_eq!(site.run(&["new-key", "--out", "data.key"]).status.code(), Some(0));
        site.write("server.toml", &CONFIG.replace("HERE", &site.0.path().display().to_string()));
        site.write("district.json", &serde_json::to_string(&district()).unwrap());
        site
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.args(arguments).current_dir(self.0.path()).env_remove("RUST_LOG").stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{error}");
        error
    }
}

const CONFIG: &str = r#"
[database]
url = "sqlite:HERE/main.db"
[secrets]
data_key = { file = "HERE/data.key" }
[http]
listen = "127.0.0.1:0"
public_url = "http://127.0.0.1:8480"
"#;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_site_is_set_up_by_commands() {
    let site = CommandSite::new();
    assert!(site.done(&["check-config"]).contains("is good"));
    assert!(site.done(&["import", "district.json"]).contains("people          6 added"));
    assert!(
        site.done(&["import", "district.json"]).contains("people          0 added      0 changed      6")
    );
    assert!(site.done(&["gateway-token", "--garage", "north"]).starts_with("pkg_"));
    site.done(&["service-token", "--name", "miniapp-api", "--out", "service.token"]);
    assert_eq!((mode(&site.path("service.token")), mode(&site.path("data.key"))), (0o600, 0o600));
    assert!(site.done(&["bind-code", "--person-key", "G-mother"]).contains('-'));
    site.write("password", "a long enough passphrase\n");
    site.done(&["operator", "set-password", "--username", "keeper", "--password-file", "password"]);
}

/// As an editor on Windows saves it: with a byte order mark.
#[test]
fn a_district_file_of_windows_is_imported() {
    let site = CommandSite::new();
    let text = std::fs::read_to_string(site.path("district.json")).unwrap();
    site.write("district.json", &format!("\u{feff}{text}"));
    assert!(site.done(&["import", "district.json"]).contains("people          6 added"));
}

#[test]
fn mistakes_have_their_exit_codes_and_words() {
    let site = CommandSite::new();
    site.done(&["import", "district.json"]);
    assert!(site.fails(1, &["new-key", "--out", "data.key"]).contains("data.key"), "never over a key");
    assert!(site.fails(2, &["check-config", "--config", "none.toml"]).contains("none.toml"));
    let mut wrong = district();
    wrong.garages[0].capacity = 0;
    site.write("wrong.json", &serde_json::to_string(&wrong).unwrap());
    assert!(site.fails(2, &["import", "wrong.json"]).contains("`garages[0].capacity`"));
    site.write("plate.json", &serde_json::to_string(&district()).unwrap().replace(FAMILY_CAR, "nonsense"));
    assert!(site.fails(2, &["import", "plate.json"]).contains("people[2].plates[0]"));
    site.fails(1, &["bind-code", "--person-key", "nobody"]);
    site.fails(2, &["no-such-command"]);
    site.done(&["new-key", "--out", "other.key"]);
    std::fs::rename(site.path("other.key"), site.path("data.key")).unwrap();
    assert!(site.fails(3, &["import", "district.json"]).contains("data key is not the one"));
}

/// Kills the process when the test fails before its end.
struct RunningServer(Child);

impl Drop for RunningServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

impl RunningServer {
    #[track_caller]
    fn ends_within(&mut self, limit: Duration) -> Option<i32> {
        testkit::wait::until_blocking(limit, "the server ends", || self.0.try_wait().unwrap()).code()
    }
}

/// When the signal comes, its log has no reader any more. That must not keep the process running.
#[test]
fn a_running_server_ends_well_on_a_signal() {
    let site = CommandSite::new();
    let mut server = RunningServer(site.command(&["run"]).stderr(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(server.0.stderr.take().unwrap()).lines();
    let listening = lines.map_while(Result::ok).find(|line| line.contains("server is listening")).unwrap();
    let address = listening.rsplit("address=").next().unwrap().trim().to_owned();
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let answer = BufReader::new(stream).lines().next().unwrap().unwrap();
    assert!(answer.contains("200"), "{answer}");
    assert!(Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().unwrap().success());
    assert_eq!(server.ends_within(Duration::from_secs(20)), Some(0));
}
