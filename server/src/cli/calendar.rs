//! `server import-holidays`, `server import-city-days`, `server calendar`.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Weekday};
use domain::calendar::{DayKind, DaySource, ResolvedDay, SchoolCalendar};
use domain::ids::SchoolId;
use protocol::calendar::LessonSchedule;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::app::calendar::import::{self, HolidayListError};
use server::app::calendar::{load, school};
use store::calendar::school as schools;

use super::{CommandFailure, CommandResult};
use server::context::ServerContext;

#[derive(Debug, thiserror::Error)]
pub(super) enum CalendarFileError {
    #[error("cannot read the list {path}", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path}: `{field}`: {message}", path = path.display())]
    Json { path: PathBuf, field: String, message: String },
    #[error("{path}", path = path.display())]
    Wrong { path: PathBuf, source: HolidayListError },
}

/// An error names the path of its field.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, CommandFailure> {
    let unreadable = |source| CalendarFileError::Read { path: path.to_owned(), source };
    let text = service::text_file::read(path).map_err(unreadable).map_err(CommandFailure::input)?;
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        CommandFailure::input(CalendarFileError::Json {
            path: path.to_owned(),
            field: error.path().to_string(),
            message: error.inner().to_string(),
        })
    })
}

fn failure(path: &Path, error: HolidayListError) -> CommandFailure {
    match error {
        HolidayListError::Invalid(_) => {
            CommandFailure::input(CalendarFileError::Wrong { path: path.to_owned(), source: error })
        }
        HolidayListError::Store(_) => CommandFailure::from(error),
    }
}

/// All files are checked before the first is written.
pub(super) async fn import_holidays(context: &ServerContext, files: &[PathBuf]) -> CommandResult {
    let lists = files.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    for (path, list) in files.iter().zip(&lists) {
        import::check_holidays(list).map_err(|error| failure(path, error))?;
    }
    for (path, list) in files.iter().zip(&lists) {
        import::holidays(context, list).await.map_err(|error| failure(path, error))?;
        println!("{}: {} days of the list of {}", path.display(), list.days.len(), list.year);
    }
    Ok(())
}

pub(super) async fn import_city_days(context: &ServerContext, path: &Path) -> CommandResult {
    let entries: Vec<_> = read(path)?;
    import::city_days(context, &entries).await.map_err(|error| failure(path, error))?;
    println!("{}: {} days of the city's own", path.display(), entries.len());
    Ok(())
}

/// One line of `server calendar`.
#[derive(Serialize)]
struct CalendarLine {
    date: NaiveDate,
    kind: DayKind,
    acts_as: Weekday,
    name: Option<String>,
    source: DaySource,
    #[serde(skip_serializing_if = "Option::is_none")]
    lessons: Option<LessonSchedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier_minutes: Option<u32>,
}

impl CalendarLine {
    fn new(day: ResolvedDay, own: Option<&SchoolCalendar>) -> Self {
        let lessons = own.map(|own| own.lessons(&day));
        Self {
            acts_as: own.map_or(day.acts_as, |own| own.acts_as(&day)),
            lessons: lessons.map(school::word),
            earlier_minutes: lessons.and_then(school::earlier_minutes),
            date: day.date,
            kind: day.kind,
            name: day.name,
            source: day.source,
        }
    }
}

/// Prints days to standard output, one JSON object a line, and warnings to standard error.
pub(super) async fn show(
    context: &ServerContext,
    from: NaiveDate,
    to: NaiveDate,
    school: Option<&SchoolId>,
) -> CommandResult {
    let mut tx = context.store.begin_read().await?;
    let calendar = load(&mut tx).await?;
    let mut warnings = calendar.warnings(from, to);
    let mut own = None;
    if let Some(id) = school {
        if schools::garage_of(&mut tx, id).await?.is_none() {
            return Err(CommandFailure::input(anyhow::anyhow!("there is no school {id}")));
        }
        let found = schools::calendar(&mut tx, id).await?;
        warnings.extend(found.warnings(from, to));
        own = Some(found);
    }
    drop(tx);
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
    let mut out = std::io::stdout().lock();
    for date in from.iter_days().take_while(|date| *date <= to) {
        writeln!(out, "{}", serde_json::to_string(&CalendarLine::new(calendar.day(date), own.as_ref()))?)?;
    }
    Ok(())
}
