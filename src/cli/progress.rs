//! What people see while a run goes on: done of total, rate, malformed so far, money, time left.

use super::out::Out;
use crate::domain::{Event, NanoUsd, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

const BAR: &str = "{bar:24} {human_pos}/{human_len} {per_sec} {msg} {eta_precise} left";

/// Draws events on stderr; without a terminal only what a person must know is said.
pub(super) struct Drawn<'a> {
    out: &'a Out,
    bar: Option<ProgressBar>,
}

impl<'a> Drawn<'a> {
    pub fn new(out: &'a Out) -> Self {
        Self { out, bar: None }
    }

    pub fn take(&mut self, event: Event) {
        match event {
            Event::Started { total } if self.out.progress() => {
                let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8));
                bar.set_style(ProgressStyle::with_template(BAR).expect("the template is valid").progress_chars("━╸─"));
                bar.enable_steady_tick(Duration::from_millis(250));
                self.bar = Some(bar);
            }
            Event::Started { .. } => {}
            Event::Advanced(progress) => {
                if let Some(bar) = &self.bar {
                    bar.set_position(progress.done);
                    bar.set_message(message(&progress));
                }
            }
            Event::SteppedDown { endpoint, now, because } => {
                self.say(&format!("{endpoint}: {now} (it said: {because})"))
            }
            Event::Paused { endpoint, wait } => {
                self.say(&format!("{endpoint}: paused for {} s, as it asked", wait.as_secs()))
            }
            Event::OtherModel { asked, served } => self.say(&format!("`{asked}` was asked, `{served}` answers")),
            Event::Finished(_) => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.out.note(text)),
            None => self.out.note(text),
        }
    }
}

fn message(progress: &Progress) -> String {
    let mut parts = vec![format!("{} malformed", progress.malformed)];
    if progress.not_run > 0 {
        parts.push(format!("{} not run", progress.not_run));
    }
    if progress.replayed > 0 {
        parts.push(format!("{} from the ledger", progress.replayed));
    }
    if progress.spent > NanoUsd(0) {
        parts.push(progress.spent.to_string());
    }
    parts.join(", ")
}
