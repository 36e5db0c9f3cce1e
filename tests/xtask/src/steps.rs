//! Steps of a command: each is announced and timed; the list of them is printed last.

use std::io::Write;
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Prints its summary when dropped, so a failed run shows its times as well.
#[derive(Default)]
pub(crate) struct TaskSteps {
    done: Vec<FinishedStep>,
}

struct FinishedStep {
    name: String,
    took: Duration,
    good: bool,
}

impl TaskSteps {
    /// Runs `command` with our own input and output; an exit status other than 0 is an error.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) -> Result<()> {
        self.time(name, || {
            let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
            ended_well(command, status)
        })
    }

    /// Runs two commands at the same time. What the second one prints is shown when both have ended.
    pub(crate) fn run_both(
        &mut self,
        (name, command): (&str, &mut Command),
        (second_name, second): (&str, &mut Command),
    ) -> Result<()> {
        let (result, (second_result, second_took, printed)) = thread::scope(|scope| {
            let second = scope.spawn(|| {
                let started = Instant::now();
                let output = second.output().with_context(|| format!("cannot start {}", shown(second)));
                let (result, printed) = match output {
                    Ok(output) => {
                        (ended_well(second, output.status), [output.stdout, output.stderr].concat())
                    }
                    Err(error) => (Err(error), Vec::new()),
                };
                (result, started.elapsed(), printed)
            });
            let result = self.run(name, command);
            let second = second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (result, second)
        });
        eprintln!("\n==> {second_name} (ended after {:.0} s)", second_took.as_secs_f64());
        std::io::stderr().write_all(&printed).context("cannot print")?;
        let second_result = second_result.with_context(|| format!("step `{second_name}` failed"));
        self.done.push(FinishedStep {
            name: second_name.to_owned(),
            took: second_took,
            good: second_result.is_ok(),
        });
        result.and(second_result)
    }

    pub(crate) fn time<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
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

fn ended_well(command: &Command, status: ExitStatus) -> Result<()> {
    match status.success() {
        true => Ok(()),
        false => bail!("{} ended with {status}", shown(command)),
    }
}

/// The command as typed in a shell.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
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

    #[test]
    fn a_failure_of_either_of_two_commands_is_recorded() {
        for (first, second) in [("true", "false"), ("false", "true")] {
            let mut steps = TaskSteps::default();
            let both =
                steps.run_both(("first", &mut Command::new(first)), ("second", &mut Command::new(second)));
            assert!(both.is_err());
            let good: Vec<(&str, bool)> =
                steps.done.iter().map(|step| (step.name.as_str(), step.good)).collect();
            assert_eq!(good, [("first", first == "true"), ("second", second == "true")]);
        }
    }
}
