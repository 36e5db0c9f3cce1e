//! Keys, tokens, codes and passwords. A secret goes to a file of mode 0600, or to standard output once.

use std::fs::OpenOptions;
use std::io::{BufRead, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ids::GarageId;
use ring::rand::{SecureRandom, SystemRandom};
use server::app::operator::account::{self, OperatorAccountError};
use server::app::{App, bind_code, enrolment, gateway_token, service_token};
use store::seal::SealingKeyring;

use super::{CommandFailure, CommandResult};
use server::context::ServerContext;

const OWNER_ONLY: u32 = 0o600;

pub(super) fn new_key(out: &Path) -> CommandResult {
    let mut key = [0_u8; SealingKeyring::KEY_LEN];
    SystemRandom::new().fill(&mut key).map_err(|_| anyhow::anyhow!("the system gave no random numbers"))?;
    // Never overwrite an existing key: the data sealed with it would be lost.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(OWNER_ONLY);
    write(&mut options, out, &STANDARD.encode(key))?;
    println!("{} holds a new data key; keep a copy apart from the database's backups", out.display());
    Ok(())
}

pub(super) async fn gateway_token(app: &App, garage: &GarageId, out: Option<&Path>) -> CommandResult {
    hand_out(&gateway_token::create(app, garage).await?, out)
}

pub(super) async fn gateway_code(
    context: &ServerContext,
    garage: &GarageId,
    out: Option<&Path>,
) -> CommandResult {
    let code = enrolment::create_code(context, garage).await?;
    match out {
        Some(_) => hand_out(&code.code, out),
        None => {
            println!("{} (once, until {})", code.code, code.expires_at);
            Ok(())
        }
    }
}

pub(super) async fn gateway_renew(context: &ServerContext, garage: &GarageId) -> CommandResult {
    enrolment::renew(context, garage).await?;
    println!("the gateway of {garage} is told with its next poll");
    Ok(())
}

pub(super) async fn service_token(app: &App, name: &str, out: Option<&Path>) -> CommandResult {
    hand_out(&service_token::create(app, name).await?, out)
}

pub(super) async fn bind_code(app: &App, person_key: &str) -> CommandResult {
    let code = bind_code::create(app, person_key).await?;
    println!("{} (once, until {})", code.code, code.expires_at);
    Ok(())
}

fn hand_out(secret: &str, out: Option<&Path>) -> CommandResult {
    match out {
        Some(path) => {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(OWNER_ONLY);
            write(&mut options, path, secret)?;
            println!("{} holds it", path.display());
        }
        None => println!("{secret}"),
    }
    Ok(())
}

fn write(options: &mut OpenOptions, path: &Path, secret: &str) -> anyhow::Result<()> {
    let mut file = options.open(path).with_context(|| format!("cannot write {}", path.display()))?;
    writeln!(file, "{secret}").with_context(|| format!("cannot write {}", path.display()))?;
    Ok(file.sync_all()?)
}

/// Reads the first line, without its end.
pub(super) fn read_password(file: Option<&Path>) -> Result<String, CommandFailure> {
    let mut line = String::new();
    match file {
        Some(path) => {
            let file =
                std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            std::io::BufReader::new(file).read_line(&mut line)?;
        }
        None => {
            std::io::stdin().lock().read_line(&mut line)?;
        }
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

pub(super) async fn set_password(app: &App, username: &str, password: String) -> CommandResult {
    account::set_password(app, username, password).await.map_err(|error| match error {
        OperatorAccountError::Store(_) => CommandFailure::from(error),
        OperatorAccountError::Username
        | OperatorAccountError::UnknownOperator(_)
        | OperatorAccountError::UnknownGarage(_)
        | OperatorAccountError::Password(_) => CommandFailure::input(error),
    })?;
    println!("the password of {username} is set; older sessions have ended");
    Ok(())
}
