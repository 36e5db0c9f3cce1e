//! Steps of a command: each is announced and timed; the list of them is printed last.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Prints its summary when dropped, so a failed run shows its times as well.
#[derive(Default)]
pub struct TaskSteps {
    done: Vec<FinishedStep>,
}

struct FinishedStep {
    name: String,
    took: Duration,
    good: bool,
}

impl TaskSteps {
    /// Runs `command` with our own input and output; an exit status other than 0 is an error.
    pub fn run(&mut self, name: &str, command: &mut Command) -> Result<()> {
        self.time(name, || {
            let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
            if !status.success() {
                bail!("{} ended with {status}", shown(command));
            }
            Ok(())
        })
    }

    pub fn time<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("\n==> {name}");
        let started = Instant::now();
        let result = work().with_context(|| format!("step `{name}` failed"));
        self.done.push(FinishedStep { name: name.to_owned(), took: started.elapsed(), good: result.is_ok() });
        result
    }
}

impl Drop for TaskSteps {
    fn drop(&mut self) {
        if self.done.is_empty() {
            return;
        }
        eprintln!("\nSummary");
        for FinishedStep { name, took, good } in &self.done {
            let verdict = if *good { "ok    " } else { "FAILED" };
            eprintln!("  {verdict} {:>7.1} s  {name}", took.as_secs_f64());
        }
    }
}

/// The command as typed in a shell.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_is_named_and_recorded() {
        let mut steps = TaskSteps::default();
        steps.run("good", &mut Command::new("true")).unwrap();
        let error = format!("{:#}", steps.run("bad", &mut Command::new("false")).unwrap_err());
        assert!(error.starts_with("step `bad` failed: false ended with"), "{error}");
        assert!(steps.done[0].good && !steps.done[1].good);
    }
}
