//! `cargo xtask package`: the gateway for an edge box, as one file to copy there, and its symbols as another.
//!
//! The binary is static, so that it runs on any Linux of the box. The command proves that on the archive that it has made.

mod licences;
mod proof;
mod static_libc;
mod symbols;
mod units;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::steps::TaskSteps;
use crate::workspace::root;
use static_libc::StaticLibc;

/// Beside the binary in the archive, from the repository's root.
const FILES: [&str; 7] = [
    "deploy/systemd/parking-gateway.service",
    "deploy/systemd/parking-gateway.sysusers.conf",
    "gateway/gateway.example.toml",
    "docs/operating.md",
    "docs/upgrade.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];

#[derive(Args)]
pub(crate) struct PackageTaskOptions {
    /// Folder for the archives and their checksums
    #[arg(long, default_value = "target/package")]
    out: PathBuf,
    /// C library of the static binary; without it `musl` if Rust has that target, else `gnu`
    #[arg(long, value_enum)]
    libc: Option<StaticLibc>,
    /// Cargo's profile; `dev` for a quick trial
    #[arg(long, default_value = "dist")]
    profile: String,
}

/// The names of what one run makes.
struct PackageLayout {
    out: PathBuf,
    /// Of the archive without its ending, and of the only folder in it.
    name: String,
    folder: PathBuf,
}

impl PackageLayout {
    fn new(out: PathBuf) -> Self {
        let name = format!("parking-gateway-{}-x86_64-linux", env!("CARGO_PKG_VERSION"));
        Self { folder: out.join(&name), name, out }
    }

    fn archive(&self) -> String {
        format!("{}.tar.gz", self.name)
    }
}

pub(crate) fn run(options: &PackageTaskOptions) -> Result<()> {
    steps(&mut TaskSteps::default(), options)
}

fn steps(task: &mut TaskSteps, options: &PackageTaskOptions) -> Result<()> {
    let layout = PackageLayout::new(root()?.join(&options.out));
    let symbols = PackageLayout::new(layout.out.clone()).symbols();
    let libc = options.libc.unwrap_or_else(StaticLibc::installed);
    task.time("the package's tools are there", || libc.check_tools())?;
    empty(&layout.folder)?;
    empty(&symbols.folder)?;
    task.run("build the static gateway", &mut libc.build(&options.profile, &layout.out)?)?;
    let built = libc.built(&options.profile)?;
    task.time("symbols apart", || symbols::split(&built, &layout.folder, &symbols.folder))?;
    task.time("gather the package's files", || gather(&layout.folder, libc))?;
    task.time("the units are right", || units::verify(&layout.out, &layout.folder.join("gateway")))?;
    for made in [&layout, &symbols] {
        task.run(&format!("pack {}", made.name), &mut pack(made))?;
        checksum(made)?;
    }
    task.time("the packed gateway is static and runs", || proof::prove(&layout))?;
    eprintln!("\n{}", layout.out.join(layout.archive()).display());
    Ok(())
}

impl PackageLayout {
    fn symbols(self) -> Self {
        let name = format!("{}-symbols", self.name);
        Self { folder: self.out.join(&name), name, out: self.out }
    }
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

fn gather(folder: &Path, libc: StaticLibc) -> Result<()> {
    for file in FILES {
        let from = root()?.join(file);
        let name = from.file_name().context("a file has a name")?;
        fs::copy(&from, folder.join(name)).with_context(|| format!("cannot copy {file}"))?;
    }
    fs::write(folder.join("THIRD-PARTY-LICENCES"), licences::third_party(libc)?)
        .context("cannot write the licence texts")
}

/// Packs reproducibly: the same files make the same archive.
fn pack(layout: &PackageLayout) -> Command {
    let mut tar = Command::new("tar");
    tar.current_dir(&layout.out).args([
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mtime=@0",
    ]);
    tar.args(["--create", "--gzip", "--file", &layout.archive(), &layout.name]);
    tar
}

fn checksum(layout: &PackageLayout) -> Result<()> {
    let archive = layout.archive();
    let sum = output(Command::new("sha256sum").current_dir(&layout.out).arg(&archive))?;
    fs::write(layout.out.join(format!("{archive}.sha256")), sum).context("cannot write the checksum")
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
