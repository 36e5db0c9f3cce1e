//! The operator's interfaces: example files, command lines, ports, signals.

mod example;

use e2e::phone::PATIENCE;
use example::{EXAMPLES, Example, TOKEN};
use std::net::TcpListener;
use testkit::process::{TestProcess, TestProgram};
use testkit::{port, signal, wait};

/// Exit code and output.
async fn ends(program: TestProgram) -> (i32, String) {
    let mut child = program.start();
    let status = child.exit(PATIENCE).await;
    (status.code().expect("it ends by itself"), child.log())
}

#[test]
fn the_example_files_are_good() {
    e2e::run(async {
        for binary in EXAMPLES {
            let (code, output) = ends(Example::of(binary).command("check-config")).await;
            assert_eq!(code, 0, "{binary}: {output}");
        }
    });
}

#[test]
fn a_wrong_field_is_named() {
    let cases = [
        ("server", "connections = 8", "connections = 1", "`database.connections`"),
        ("server", "listen = \"127.0.0.1:8480\"", "listen = \"nowhere\"", "`http.listen`"),
        ("server", "plates_days = 30", "plate_days = 30", "`retention.plate_days`"),
        ("gateway", "direction = \"in\"", "direction = \"sideways\"", "`lane[0].direction`"),
        ("gateway", "url = \"https://", "url = \"http://", "`server.url`"),
        ("gateway", TOKEN, "token = { file = \"/no-such-token\" }", "`server.token`"),
        ("miniapp-api", "sockets = 20000", "sockets = 0", "`limits.sockets`"),
        ("miniapp-api", "appid = \"wx0000000000000000\"", "appid = \"\"", "`wechat.appid`"),
        ("miniapp-api", "[limits]", "[limit]", "`limit`"),
    ];
    e2e::run(async {
        for (binary, from, to, field) in cases {
            let example = Example::of(binary);
            example.change(from, to);
            for command in ["check-config", "run"] {
                let (code, output) = ends(example.command(command)).await;
                assert!(code == 2 && output.contains(field), "{binary} {command}: {code} {output}");
            }
        }
    });
}

#[test]
fn a_missing_file_is_named() {
    e2e::run(async {
        for binary in EXAMPLES {
            let program = TestProgram::named(binary).args(["check-config", "--config", "/nowhere/here.toml"]);
            let (code, output) = ends(program).await;
            assert!(code == 2 && output.contains("/nowhere/here.toml"), "{binary}: {code} {output}");
        }
    });
}

#[test]
fn a_taken_port_is_named() {
    let listens = [
        ("server", "127.0.0.1:8480"),
        ("gateway", "127.0.0.1:9101"),
        ("miniapp-api", "127.0.0.1:8082"),
        ("miniapp-api", "127.0.0.1:9082"),
    ];
    e2e::run(async {
        for (binary, listen) in listens {
            let taken = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = taken.local_addr().unwrap().to_string();
            let example = Example::of(binary);
            example.on_this_machine();
            example.change(listen, &address);
            let (code, output) = ends(example.command("run")).await;
            assert!(code == 1 && output.contains(&address), "{binary} on {listen}: {code} {output}");
        }
        for step in 0..3 {
            let base = port::free_block(3);
            let _taken = TcpListener::bind(("127.0.0.1", base + step)).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let (code, output) = ends(demo(folder.path(), base)).await;
            let address = format!("127.0.0.1:{}", base + step);
            assert!(code == 1 && output.contains(&address), "the demo: {code} {output}");
        }
    });
}

fn demo(data: &std::path::Path, base: u16) -> TestProgram {
    let program = TestProgram::named("standalone").args(["demo", "--port-base", &base.to_string(), "--data"]);
    program.args([data])
}

async fn running(data: &std::path::Path) -> TestProcess {
    let base = port::free_block(3);
    let mut child = demo(data, base).start();
    child.ready(([127, 0, 0, 1], base).into(), PATIENCE).await;
    child
}

#[test]
fn control_c_and_sigterm_end_a_demo_full_of_cars() {
    e2e::run(async {
        let folder = tempfile::tempdir().unwrap();
        for name in ["INT", "TERM"] {
            let mut child = running(folder.path()).await;
            wait::until(PATIENCE, "cars come", async || child.log().contains("→").then_some(())).await;
            assert!(signal::send(name, child.id()));
            let status = child.exit(PATIENCE).await;
            assert!(status.success(), "SIG{name}: {status}");
        }
    });
}

#[test]
fn a_data_folder_serves_one_demo_at_a_time() {
    e2e::run(async {
        let folder = tempfile::tempdir().unwrap();
        let _first = running(folder.path()).await;
        let (code, output) = ends(demo(folder.path(), port::free_block(3))).await;
        assert_eq!(code, 1);
        assert!(output.contains("in use") && output.contains("--data"), "{output}");
    });
}

#[test]
fn the_documented_district_can_be_imported_twice() {
    e2e::run(async {
        let example = Example::of("server");
        example.on_this_machine();
        let text = std::fs::read_to_string(example::repository("docs/operating.md")).unwrap();
        let json = text.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
        let district = example.write("district.json", json);
        for _ in 0..2 {
            let (code, output) = ends(example.with(&["import", &district])).await;
            assert_eq!(code, 0, "{output}");
        }
        let password = example.write("password", "something long");
        for command in [
            vec!["gateway-token", "--garage", "haifeng-b1"],
            vec!["service-token", "--name", "miniapp-api"],
            vec!["bind-code", "--person-key", "T-17"],
            vec!["operator", "set-password", "--username", "duty", "--password-file", &password],
        ] {
            let (code, output) = ends(example.with(&command)).await;
            assert!(code == 0 && !output.trim().is_empty(), "{command:?}: {code} {output}");
        }
        let broken = example.write("broken.json", &json.replace("\"capacity\": 107", "\"capacity\": -1"));
        let (code, output) = ends(example.with(&["import", &broken])).await;
        assert!(code == 2 && output.contains("garages[0].capacity"), "{code} {output}");
    });
}
