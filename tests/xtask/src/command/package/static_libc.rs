//! The C library that is linked into the gateway.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::output;
use crate::workspace::{cargo, root, target};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StaticLibc {
    /// Needs Rust's musl target and Debian's `musl-tools`; resolves names by /etc/hosts and DNS
    Musl,
    /// Needs nothing beyond the toolchain and a glibc with its static library (Debian's `libc6-dev`)
    Gnu,
}

impl StaticLibc {
    /// Musl where Rust has its target: its licence demands nothing of a distributor.
    pub(super) fn installed() -> Self {
        match Self::Musl.has_standard_library() {
            true => Self::Musl,
            false => Self::Gnu,
        }
    }

    fn triple(self) -> &'static str {
        match self {
            Self::Musl => "x86_64-unknown-linux-musl",
            Self::Gnu => "x86_64-unknown-linux-gnu",
        }
    }

    /// `rustc` names the folder of a target whether it is installed or not.
    fn has_standard_library(self) -> bool {
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "target-libdir", "--target", self.triple()]);
        let folder = output(&mut rustc).unwrap_or_default();
        !folder.is_empty() && Path::new(folder.trim()).is_dir()
    }

    pub(super) fn check_tools(self) -> Result<()> {
        let triple = self.triple();
        if !self.has_standard_library() {
            bail!("rust has no {triple}: rustup target add {triple}");
        }
        // SQLite and the ciphers have parts in C.
        match self {
            Self::Musl if Command::new("musl-gcc").arg("--version").output().is_err() => {
                bail!("there is no musl-gcc: apt-get install musl-tools")
            }
            Self::Gnu
                if !Path::new(output(Command::new("cc").arg("-print-file-name=libc.a"))?.trim())
                    .is_absolute() =>
            {
                bail!("there is no libc.a: apt-get install libc6-dev")
            }
            Self::Musl | Self::Gnu => {
                eprintln!("{triple}, static");
                Ok(())
            }
        }
    }

    pub(super) fn build(self, profile: &str, scratch: &Path) -> Result<Command> {
        let arguments =
            ["build", "--locked", "--profile", profile, "--target", self.triple(), "-p", "gateway"];
        let mut build = cargo(&arguments)?;
        if self == Self::Gnu {
            let object = host_lookup(scratch)?;
            let link = format!("link-arg={}", object.display());
            // They hold for `--target` only, so build scripts and macros stay dynamic.
            let flags = ["-C", "target-feature=+crt-static", "-C", &link];
            build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        }
        Ok(build)
    }

    /// Where [`Self::build`] puts the gateway.
    pub(super) fn built(self, profile: &str) -> Result<PathBuf> {
        let folder = match profile {
            "dev" => "debug",
            other => other,
        };
        Ok(target()?.join(self.triple()).join(folder).join("gateway"))
    }

    /// The notice about the C library itself, for the licence texts.
    pub(super) fn notice(self) -> &'static str {
        match self {
            Self::Musl => "musl, statically linked: MIT, https://git.musl-libc.org/cgit/musl/tree/COPYRIGHT",
            Self::Gnu => {
                "The GNU C Library, statically linked: LGPL-2.1-or-later, https://www.gnu.org/software/libc/. The sources of this program \
                 and of its build are free, so that it can be linked with another version of that library."
            }
        }
    }
}

/// Compiles `hosts.c`, which keeps a static glibc from loading modules of the box's system.
fn host_lookup(scratch: &Path) -> Result<PathBuf> {
    fs::create_dir_all(scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
    let object = scratch.join("hosts.o");
    let source = root()?.join("deploy/static-glibc/hosts.c");
    output(Command::new("cc").args(["-c", "-O2", "-fPIC", "-Wall", "-o"]).arg(&object).arg(source))?;
    Ok(object)
}
