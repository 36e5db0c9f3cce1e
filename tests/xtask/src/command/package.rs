//! `cargo xtask package`: the gateway for an edge box, as one file to copy there.
//!
//! The binary is static (musl), so that it runs on any Linux of the box; the command proves that before it packs the binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::steps::TaskSteps;
use crate::workspace::{cargo, root, target};

const TARGET: &str = "x86_64-unknown-linux-musl";

/// Beside the binary in the archive, from the repository's root.
const FILES: [&str; 5] = [
    "deploy/systemd/parking-gateway.service",
    "deploy/systemd/parking-gateway.sysusers.conf",
    "gateway/gateway.example.toml",
    "docs/operating.md",
    "docs/upgrade.md",
];

const UNITS: [&str; 3] = ["parking-gateway.service", "parking-server.service", "parking-miniapp-api.service"];

#[derive(Args)]
pub struct PackageTaskOptions {
    /// Folder for the archive and its checksum
    #[arg(long, default_value = "target/package")]
    out: PathBuf,
}

pub fn run(options: &PackageTaskOptions) -> Result<()> {
    let mut steps = TaskSteps::default();
    let out = root()?.join(&options.out);
    steps.time("the tools are there", tools)?;
    let build = ["build", "--release", "--locked", "--target", TARGET, "-p", "gateway"];
    steps.run("build the static gateway", &mut cargo(&build)?)?;
    let name = format!("parking-gateway-{}-x86_64-linux", env!("CARGO_PKG_VERSION"));
    let folder = out.join(&name);
    steps.time("gather the files", || gather(&folder))?;
    steps.time("it is static and starts", || proved(&folder.join("gateway")))?;
    steps.time("the units are right", || units(&out, &folder.join("gateway")))?;
    let archive = format!("{name}.tar.gz");
    steps.run("pack", &mut pack(&out, &name, &archive))?;
    steps.time("checksum", || checksum(&out, &archive))?;
    eprintln!("\n{}", out.join(archive).display());
    Ok(())
}

fn tools() -> Result<()> {
    let installed = Command::new("rustup").args(["target", "list", "--installed"]).output();
    if let Ok(output) = installed
        && !String::from_utf8_lossy(&output.stdout).lines().any(|line| line == TARGET)
    {
        bail!("rust has no {TARGET}: rustup target add {TARGET}");
    }
    // SQLite and the ciphers have parts in C.
    if Command::new("musl-gcc").arg("--version").output().is_err() {
        bail!("there is no musl-gcc: apt-get install musl-tools");
    }
    Ok(())
}

/// Strips debug information; the names of functions stay for panics.
fn gather(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let built = target()?.join(TARGET).join("release/gateway");
    let mut strip = Command::new("strip");
    strip.arg("--strip-debug").arg("-o").arg(folder.join("gateway")).arg(built);
    output(&mut strip)?;
    for file in FILES {
        let from = root()?.join(file);
        let name = from.file_name().context("a file has a name")?;
        fs::copy(&from, folder.join(name)).with_context(|| format!("cannot copy {file}"))?;
    }
    Ok(())
}

fn proved(gateway: &Path) -> Result<()> {
    let linked = Command::new("ldd").arg(gateway).output().context("cannot start ldd")?;
    let text = [linked.stdout, linked.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if !text.contains("statically linked") && !text.contains("not a dynamic executable") {
        bail!("{} is not static:\n{text}", gateway.display());
    }
    // Runs without any environment: the binary needs none.
    let version = output(Command::new(gateway).arg("--version").env_clear())?;
    eprintln!("{}: {}, {}", gateway.display(), version.trim(), text.trim());
    Ok(())
}

/// Verifies the units with systemd itself, if present; each unit starts the one binary that is there.
fn units(out: &Path, gateway: &Path) -> Result<()> {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("there is no systemd-analyze here: the units are not verified");
        return Ok(());
    }
    let folder = out.join("units");
    fs::create_dir_all(&folder)?;
    for unit in UNITS {
        let text = fs::read_to_string(root()?.join("deploy/systemd").join(unit))?;
        let line =
            text.lines().find(|line| line.starts_with("ExecStart=")).context("a unit starts something")?;
        let program = line.split(' ').next().unwrap_or(line);
        let here = text.replace(program, &format!("ExecStart={}", gateway.display()));
        fs::write(folder.join(unit), here)?;
        output(Command::new("systemd-analyze").arg("verify").arg(folder.join(unit)))?;
    }
    fs::remove_dir_all(folder).context("the copies of the units")
}

/// Packs reproducibly: the same files make the same archive.
fn pack(out: &Path, name: &str, archive: &str) -> Command {
    let mut tar = Command::new("tar");
    tar.current_dir(out).args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"]);
    tar.args(["--create", "--gzip", "--file", archive, name]);
    tar
}

fn checksum(out: &Path, archive: &str) -> Result<()> {
    let sum = output(Command::new("sha256sum").current_dir(out).arg(archive))?;
    fs::write(out.join(format!("{archive}.sha256")), sum).context("cannot write the checksum")
}

/// Returns the command's output; an exit status other than 0 is an error with the command's error output.
fn output(command: &mut Command) -> Result<String> {
    let shown = crate::steps::shown(command);
    let output = command.output().with_context(|| format!("cannot start {shown}"))?;
    if !output.status.success() {
        bail!("{shown} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
