//! Checks the data folder, its disk, and the outbox and the plan in it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use domain::time::Timestamp;
use service::private_files;

use super::report::{SelfTestCheck, told};
use crate::disk::{ENOUGH, MIB, TOO_LITTLE};
use crate::outbox::OutboxError;
use crate::outbox::probe::{self, OutboxSnapshot};

const OPEN_ADVICE: &str = "it holds plates in clear: chmod 700 the folder and 600 its files; the gateway does so when it starts as their owner";

const ADVICE: &str = "run it as the gateway's user; look at the folder's owner and at the disk";

/// Writes, syncs, reads and removes a file; looks at the permissions of the folder and of the outbox.
pub(super) fn folder(folder: &Path) -> SelfTestCheck {
    match written(folder) {
        Ok(()) if is_open(folder) => {
            let found = format!("other users of this box may read {}", folder.display());
            SelfTestCheck::warning("data folder", found, OPEN_ADVICE)
        }
        Ok(()) => {
            SelfTestCheck::ok("data folder", format!("{} takes files and syncs them", folder.display()))
        }
        Err(error) => SelfTestCheck::failed("data folder", format!("{}: {error}", folder.display()), ADVICE),
    }
}

/// A folder in which no gateway has run yet holds nothing.
fn is_open(folder: &Path) -> bool {
    let outbox = folder.join(crate::outbox::FILE);
    let is_open = |path: &Path| private_files::is_open_to_others(path).unwrap_or(false);
    outbox.exists() && (is_open(folder) || is_open(&outbox))
}

fn written(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!("self-test-{}", std::process::id()));
    let proof = b"self-test";
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
    let kept = file.write_all(proof).and_then(|()| file.sync_all()).and_then(|()| fs::read(&path));
    fs::remove_file(&path)?;
    fs::File::open(folder)?.sync_all()?;
    if kept? == proof { Ok(()) } else { Err(io::Error::other("what was written reads otherwise")) }
}

/// Checks the free space for the backlog while the server is unreachable.
pub(super) fn space(folder: &Path) -> SelfTestCheck {
    let free = match service::disk_space::free_bytes(folder) {
        Ok(free) => free,
        Err(error) => return SelfTestCheck::failed("free space", error.to_string(), ADVICE),
    };
    let found = format!("{} MiB", free / MIB);
    match free {
        ..TOO_LITTLE => SelfTestCheck::failed(
            "free space",
            found,
            "make room: events stay with the controllers until then",
        ),
        TOO_LITTLE..ENOUGH => {
            SelfTestCheck::warning("free space", found, "make room for a week without the server (256 MiB)")
        }
        ENOUGH.. => SelfTestCheck::ok("free space", found),
    }
}

/// Writes a record to a scratch outbox and reads it; reports the backlog of the real one.
pub(super) async fn outbox(folder: &Path, now: Timestamp) -> SelfTestCheck {
    if let Err(error) = probe::scratch(folder, now).await {
        return SelfTestCheck::failed(
            "outbox",
            told(&error),
            "look at the disk; the gateway cannot acknowledge events",
        );
    }
    match looked(folder).await {
        Ok(Some(looked)) => {
            SelfTestCheck::ok("outbox", format!("keeps records; {} wait for the server", looked.backlog))
        }
        Ok(None) => SelfTestCheck::ok("outbox", "keeps records; no gateway has run here yet"),
        Err(error) => SelfTestCheck::failed(
            "outbox",
            told(&error),
            "the file is damaged or another version's; ask for help before deleting it",
        ),
    }
}

/// Checks the plan that the gate uses while the server is unreachable.
pub(super) async fn plan(folder: &Path, now: Timestamp) -> SelfTestCheck {
    let name = "plan on disk";
    let Ok(looked) = looked(folder).await else {
        return SelfTestCheck::warning(name, "not looked at: the outbox cannot be read", "see `outbox`");
    };
    let Some(plan) = looked.and_then(|looked| looked.plan) else {
        return SelfTestCheck::warning(name, "none", "start the gateway while the server is reached");
    };
    let until = plan.plan.valid_until;
    let found = format!("made {}, valid until {until}", plan.made_at);
    if until > now {
        SelfTestCheck::ok(name, found)
    } else {
        SelfTestCheck::failed(
            name,
            found,
            "too old to be trusted: cars are sent to review until the server is reached",
        )
    }
}

async fn looked(folder: &Path) -> Result<Option<OutboxSnapshot>, OutboxError> {
    probe::look(folder).await
}
