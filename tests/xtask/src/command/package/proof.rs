//! What the archive is checked for before it leaves this machine: the gateway in it is static, starts without anything of the system, and
//! checks a configuration.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::{PackageLayout, empty, output};

/// Folder of the secrets in the example configuration.
const SECRETS: &str = "/etc/parking-gateway";

/// Exit code of the gateway for a configuration that is wrong.
const CONFIG_WRONG: i32 = 2;

pub(super) fn prove(layout: &PackageLayout) -> Result<()> {
    let scratch = layout.out.join("proof");
    empty(&scratch)?;
    output(Command::new("tar").arg("xzf").arg(layout.out.join(layout.archive())).arg("-C").arg(&scratch))?;
    let folder = scratch.join(&layout.name);
    let gateway = folder.join("gateway");
    is_static(&gateway)?;
    // Without any environment: the binary needs none.
    let version = output(Command::new(&gateway).arg("--version").env_clear())?;
    ensure!(version.contains(env!("CARGO_PKG_VERSION")), "another version: {version}");
    eprintln!("{}", version.trim());
    let config = example(&folder, &scratch.join("etc"))?;
    checks_a_configuration(&gateway, &config)?;
    runs_in_an_empty_root(&gateway, &scratch.join("root"))?;
    fs::remove_dir_all(scratch).context("the unpacked archive")
}

/// Without an interpreter and without needed libraries, the kernel alone starts it.
fn is_static(gateway: &Path) -> Result<()> {
    let headers = output(Command::new("readelf").args(["-lW", "-dW"]).arg(gateway))?;
    match headers.lines().find(|line| line.contains("INTERP") || line.contains("(NEEDED)")) {
        Some(line) => bail!("{} is not static: {}", gateway.display(), line.trim()),
        None => Ok(()),
    }
}

/// The packed example with its secrets in `secrets`.
fn example(folder: &Path, secrets: &Path) -> Result<PathBuf> {
    empty(secrets)?;
    for name in ["mqtt-password", "b1-in-password", "b1-out-password"] {
        let file = secrets.join(name);
        fs::write(&file, "for-the-proof-only\n")?;
        fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
    }
    let text = fs::read_to_string(folder.join("gateway.example.toml"))?;
    let config = secrets.join("gateway.toml");
    fs::write(&config, text.replace(SECRETS, &secrets.display().to_string()))?;
    Ok(config)
}

fn checks_a_configuration(gateway: &Path, config: &Path) -> Result<()> {
    let check = || {
        let mut command = Command::new(gateway);
        command.args(["check-config", "--config"]).arg(config).env_clear();
        command
    };
    output(&mut check())?;
    fs::remove_file(config.with_file_name("mqtt-password"))?;
    let refused = check().output()?;
    ensure!(
        refused.status.code() == Some(CONFIG_WRONG),
        "a missing secret was not noticed: {}",
        refused.status
    );
    Ok(())
}

/// In a root directory that holds the binary alone, where the kernel lets an ordinary user have one.
fn runs_in_an_empty_root(gateway: &Path, root: &Path) -> Result<()> {
    let unshare = || {
        let mut command = Command::new("unshare");
        command.arg("--map-root-user").env_clear();
        command
    };
    if !unshare().arg("/bin/true").status().is_ok_and(|status| status.success()) {
        eprintln!(
            "there are no user namespaces here: the gateway was not started in an empty root directory"
        );
        return Ok(());
    }
    empty(root)?;
    fs::copy(gateway, root.join("gateway"))?;
    let mut root_argument = std::ffi::OsString::from("--root=");
    root_argument.push(root);
    output(unshare().arg(root_argument).args(["/gateway", "--version"]))?;
    eprintln!("it starts in an empty root directory");
    Ok(())
}
