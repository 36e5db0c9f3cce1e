//! Imports a district file into the database in one transaction.
//!
//! Places are identified by their ids, people by the school's own keys (as keyed hashes). The file's content replaces a
//! garage's pools, windows and permits, and a person's classes, children and hall. An import removes no person and no
//! place. It also removes no plates, because parents register plates themselves. Importing a file again changes
//! nothing.

mod check;
mod people;
mod places;
mod published;
mod sharing;

use domain::ids::PersonId;
use protocol::district::DistrictSpec;

use super::audit::{AuditAction, AuditActor, ImportScope, record};
use super::token::RandomError;
use crate::context::ServerContext;
use store::seal::{SealError, SealPurpose};
use store::{StoreError, person};

pub use super::invalid_field::InvalidField;
pub use sharing::contradictions;

/// Numbers of rows of one kind, by what the import did to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportTally {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
}

impl ImportTally {
    fn count(&mut self, outcome: ImportRowOutcome) {
        match outcome {
            ImportRowOutcome::Added => self.added += 1,
            ImportRowOutcome::Changed => self.changed += 1,
            ImportRowOutcome::Unchanged => self.unchanged += 1,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ImportRowOutcome {
    Added,
    Changed,
    Unchanged,
}

impl ImportRowOutcome {
    /// Counts an unchanged row as changed: something that belongs to it has changed.
    fn touch(&mut self) {
        if *self == Self::Unchanged {
            *self = Self::Changed;
        }
    }
}

/// Result of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub garages: ImportTally,
    pub schools: ImportTally,
    pub classes: ImportTally,
    pub pupils: ImportTally,
    pub people: ImportTally,
    pub operators: ImportTally,
}

impl ImportCounts {
    /// With names, in the order of the import.
    pub fn named(&self) -> [(&'static str, ImportTally); 6] {
        [
            ("garages", self.garages),
            ("schools", self.schools),
            ("classes", self.classes),
            ("pupils", self.pupils),
            ("people", self.people),
            ("operators", self.operators),
        ]
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    #[error("ids could not be made")]
    Random(#[from] RandomError),
    #[error("the district could not be written")]
    Store(#[from] StoreError),
}

impl From<SealError> for ImportError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

pub async fn run(context: &ServerContext, district: &DistrictSpec) -> Result<ImportCounts, ImportError> {
    run_with(context, district, |_| {}).await
}

/// The person with the school's number `key`.
pub async fn person_id(context: &ServerContext, key: &str) -> Result<Option<PersonId>, StoreError> {
    let key_hash = context.keys.hash(SealPurpose::Key, key);
    person::by_key(&mut context.store.begin_read().await?, &key_hash).await
}

/// Imports and calls `progress` with the name of each step as it begins.
pub async fn run_with(
    context: &ServerContext,
    district: &DistrictSpec,
    progress: impl Fn(&'static str) + Send,
) -> Result<ImportCounts, ImportError> {
    let now = context.now();
    let mut counts = ImportCounts::default();
    let mut tx = context.store.begin().await?;
    progress("check");
    let known = check::KnownReferences::read(&mut tx).await?;
    check::check(district, &known, &context.keys)?;
    progress("garages");
    let garages = places::garages(&mut tx, &context.keys, &district.garages, now).await?;
    progress("schools");
    places::schools(&mut tx, &district.schools, &mut counts).await?;
    places::windows(&mut tx, &district.garages, garages, now, &mut counts).await?;
    progress("pupils");
    people::pupils(&mut tx, &context.keys, &district.schools, &mut counts).await?;
    progress("people");
    people::people(&mut tx, &context.keys, &district.people, now, &mut counts).await?;
    progress("operators");
    places::operators(&mut tx, &district.operators, &mut counts).await?;
    published::put_source(&mut tx, district.source.as_ref(), now).await?;
    let action = AuditAction::DistrictImport(ImportScope::District);
    record(&mut tx, now, AuditActor::CommandLine, action, &format!("{counts:?}")).await?;
    tx.commit().await?;
    context.store.renew_statistics().await?;
    Ok(counts)
}
